#include "core/agent/services/Ports.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace berth::agent {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListenState = "0A";  // TCP_LISTEN in the kernel's tables

std::string readWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The inode of "socket:[123]".
std::uint64_t socketInode(const std::string& link) {
  constexpr std::string_view kPrefix = "socket:[";
  std::uint64_t inode = 0;
  if (link.starts_with(kPrefix)) std::from_chars(link.data() + kPrefix.size(), link.data() + link.size(), inode);
  return inode;
}

// Whose sockets they are, as far as this user may see.
std::map<std::uint64_t, std::string> processNames(const std::set<std::uint64_t>& inodes) {
  std::map<std::uint64_t, std::string> names;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error)) {
    const std::string id = process->path().filename().string();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code unreadable;
    for (fs::directory_iterator descriptor(process->path() / "fd", unreadable); !unreadable && descriptor != end;
         descriptor.increment(unreadable)) {
      std::error_code gone;
      const std::uint64_t inode = socketInode(fs::read_symlink(descriptor->path(), gone).string());
      if (inode == 0 || !inodes.contains(inode)) continue;
      std::string name = readWhole(process->path() / "comm");
      while (name.ends_with('\n')) name.pop_back();
      names.emplace(inode, name);
    }
  }
  return names;
}

}  // namespace

std::vector<ListeningSocket> parseSocketTable(std::string_view table) {
  std::vector<ListeningSocket> sockets;
  std::istringstream lines{std::string(table)};
  std::string line;
  std::getline(lines, line);  // titles
  while (std::getline(lines, line)) {
    // sl local remote st tx:rx tr:when retrnsmt uid timeout inode
    std::istringstream words(line);
    const std::vector<std::string> fields(std::istream_iterator<std::string>(words), {});
    if (fields.size() < 10 || fields[3] != kListenState) continue;
    const auto colon = fields[1].rfind(':');
    if (colon == std::string::npos) continue;
    ListeningSocket socket{};
    std::from_chars(fields[1].data() + colon + 1, fields[1].data() + fields[1].size(), socket.port, 16);
    std::from_chars(fields[9].data(), fields[9].data() + fields[9].size(), socket.inode);
    if (socket.port != 0) sockets.push_back(socket);
  }
  return sockets;
}

std::vector<ListeningPort> listeningPorts(const std::set<std::uint16_t>& hidden) {
  std::map<std::uint16_t, std::uint64_t> inodeOfPort;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    for (const ListeningSocket& socket : parseSocketTable(readWhole(table)))
      if (socket.port >= kFirstUserPort && !hidden.contains(socket.port))
        inodeOfPort.emplace(socket.port, socket.inode);
  std::set<std::uint64_t> inodes;
  for (const auto& [port, inode] : inodeOfPort) inodes.insert(inode);
  const auto names = processNames(inodes);
  std::vector<ListeningPort> ports;
  for (const auto& [port, inode] : inodeOfPort) {
    const auto name = names.find(inode);
    ports.push_back({.processName = name == names.end() ? "" : name->second, .port = port});
  }
  return ports;
}

std::string toJson(const std::vector<ListeningPort>& ports) {
  boost::json::array list;
  for (const ListeningPort& port : ports)
    list.push_back({{"process_name", port.processName}, {"network", "tcp"}, {"port", port.port}});
  return boost::json::serialize(boost::json::object{{"ports", std::move(list)}});
}

}  // namespace berth::agent
