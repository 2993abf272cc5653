// Which peer a receiver index in an incoming message belongs to.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "core/base/Random.h"

namespace berth::tunnel::noise {

class Peer;

class IndexTable {
 public:
  // Gives its index back when it goes. Must not outlive the table.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : m_table(std::exchange(other.m_table, nullptr)), m_index(other.m_index) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(m_table, other.m_table);
      std::swap(m_index, other.m_index);
      return *this;
    }
    ~Lease() {
      if (m_table != nullptr) m_table->m_peers.erase(m_index);
    }
    std::uint32_t index() const noexcept { return m_index; }

   private:
    friend class IndexTable;
    Lease(IndexTable& table, std::uint32_t index) : m_table(&table), m_index(index) {}
    IndexTable* m_table;
    std::uint32_t m_index;
  };

  // A random index that is not in use.
  Lease allocate(Peer& peer, Rng& rng) {
    std::uint32_t index = 0;
    do rng.fill(std::as_writable_bytes(std::span(&index, 1)));
    while (!m_peers.emplace(index, &peer).second);
    return {*this, index};
  }

  Peer* find(std::uint32_t index) const {
    const auto found = m_peers.find(index);
    return found == m_peers.end() ? nullptr : found->second;
  }
  std::size_t size() const noexcept { return m_peers.size(); }

 private:
  std::unordered_map<std::uint32_t, Peer*> m_peers;
};

}  // namespace berth::tunnel::noise
