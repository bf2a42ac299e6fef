#pragma once

#include <strandline/detail/message_access.h>

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace strandline {

/// One header. Names may repeat within a record, and a value may be null (KIP-82).
struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// The headers of a record, in the order they were produced. Parsed lazily by librdkafka, so a
/// handler that does not look at them pays nothing. Views live as long as the record.
class Headers {
 public:
  Headers(const detail::MessageAccess* access, const void* message) noexcept
      : access_(access), message_(message) {}

  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using iterator_category = std::input_iterator_tag;
    using value_type = Header;
    using difference_type = std::ptrdiff_t;
    using reference = Header;

    Iterator() noexcept = default;
    Iterator(const Headers* headers, std::size_t index) noexcept
        : headers_(headers), index_(index) {}

    Header operator*() const { return (*headers_)[index_]; }
    Iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++index_;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept {
      return a.index_ == b.index_;
    }

   private:
    const Headers* headers_ = nullptr;
    std::size_t index_ = 0;
  };

  [[nodiscard]] std::size_t size() const { return access_->header_count(message_); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Undefined when `index >= size()`.
  [[nodiscard]] Header operator[](std::size_t index) const {
    const detail::RawHeader raw = access_->header(message_, index);
    return {raw.name, raw.is_null ? std::nullopt : std::optional{raw.value}};
  }
  /// The last header of that name, as Kafka's own `lastHeader`: the newest one wins.
  [[nodiscard]] std::optional<Header> last(std::string_view name) const {
    for (std::size_t i = size(); i > 0; --i) {
      if (Header header = (*this)[i - 1]; header.name == name) return header;
    }
    return std::nullopt;
  }

  [[nodiscard]] Iterator begin() const noexcept { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size()}; }

 private:
  const detail::MessageAccess* access_;
  const void* message_;
};

}  // namespace strandline
