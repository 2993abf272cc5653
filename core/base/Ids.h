// UUIDs, and a type of its own for each kind of id.
#pragma once

#include <array>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/Bytes.h"

namespace berth {

// RFC 9562. Text form is lower case with dashes.
class Uuid {
 public:
  static constexpr std::size_t kSize = 16;

  constexpr Uuid() = default;  // the nil UUID
  explicit constexpr Uuid(const std::array<std::byte, kSize>& bytes) : m_bytes(bytes) {}

  static Uuid random();  // version 4, from the system's generator
  static std::optional<Uuid> parse(std::string_view text);
  static std::optional<Uuid> fromBytes(ByteView bytes);  // exactly 16

  std::string toString() const;
  ByteView bytes() const noexcept { return m_bytes; }
  bool isNil() const noexcept { return *this == Uuid(); }

  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::byte, kSize> m_bytes{};
};

// An id that cannot be passed where another kind is meant: using AgentId = Id<struct AgentTag>.
template <typename Tag>
struct Id {
  Uuid value;

  static Id random() { return {Uuid::random()}; }
  static std::optional<Id> parse(std::string_view text) {
    auto parsed = Uuid::parse(text);
    return parsed ? std::optional<Id>(Id{*parsed}) : std::nullopt;
  }
  std::string toString() const { return value.toString(); }
  bool isNil() const noexcept { return value.isNil(); }
  auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using OrganizationId = Id<struct OrganizationTag>;
using FileId = Id<struct FileTag>;
using TemplateId = Id<struct TemplateTag>;
using TemplateVersionId = Id<struct TemplateVersionTag>;
using WorkspaceId = Id<struct WorkspaceTag>;
using BuildId = Id<struct BuildTag>;
using JobId = Id<struct JobTag>;
using ResourceId = Id<struct ResourceTag>;
using AgentId = Id<struct AgentTag>;
using AppId = Id<struct AppTag>;
using PeerId = Id<struct PeerTag>;
using PresetId = Id<struct PresetTag>;
using LogSourceId = Id<struct LogSourceTag>;
using ScriptId = Id<struct ScriptTag>;
using WorkerId = Id<struct WorkerTag>;  // a provisioner daemon
using RequestId = Id<struct RequestTag>;

}  // namespace berth

template <>
struct std::hash<berth::Uuid> {
  std::size_t operator()(const berth::Uuid& id) const noexcept {
    return std::hash<std::string_view>{}(berth::asText(id.bytes()));
  }
};
template <typename Tag>
struct std::hash<berth::Id<Tag>> {
  std::size_t operator()(const berth::Id<Tag>& id) const noexcept { return std::hash<berth::Uuid>{}(id.value); }
};
