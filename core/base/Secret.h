// A value that must not be seen: it has no operator<<, no formatter and no comparison, and is wiped on destruction.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace berth {

// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* data, std::size_t size) noexcept;

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : m_value(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe(m_value.data(), m_value.size());
      m_value = other.m_value;
    }
    return *this;
  }
  Secret(Secret&& other) noexcept : m_value(std::exchange(other.m_value, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    std::swap(m_value, other.m_value);
    return *this;
  }
  ~Secret() { wipe(m_value.data(), m_value.size()); }

  // The only way to the text; grep for it to find every use.
  std::string_view reveal() const noexcept { return m_value; }
  bool isEmpty() const noexcept { return m_value.empty(); }

  bool operator==(const Secret&) const = delete;

 private:
  std::string m_value;
};

}  // namespace berth
