#pragma once

#include <strandline/config.h>

#include <string>
#include <vector>

namespace strandline::detail {

/// librdkafka's way of writing a version: 0xMMmmrrpp.
using LibraryVersion = int;

constexpr LibraryVersion library_version(int major, int minor, int patch) noexcept {
  return (major << 24) | (minor << 16) | (patch << 8) | 0xff;
}

/// The library that is loaded, which need not be the one we were compiled with.
[[nodiscard]] LibraryVersion loaded_version() noexcept;
[[nodiscard]] std::string to_version_string(LibraryVersion version);

/// What of the configuration is unsafe with that librdkafka: combinations known to lose records or
/// to hang, by name. Pure.
[[nodiscard]] std::vector<ConfigFault> version_faults(LibraryVersion version,
                                                      const ConsumerConfig& config);

/// One line when the library is sound enough to run and too old to recommend; else empty.
[[nodiscard]] std::string version_warning(LibraryVersion version);

}  // namespace strandline::detail
