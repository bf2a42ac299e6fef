#pragma once

#include <cstdint>
#include <string>

namespace samples {

/// The body of http://127.0.0.1:port/path; empty when it cannot be had.
[[nodiscard]] std::string http_get(std::uint16_t port, const std::string& path);

}  // namespace samples
