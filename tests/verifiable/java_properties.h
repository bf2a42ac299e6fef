#pragma once

#include <strandline/config.h>

#include <map>
#include <string>

namespace verifiable {

using Properties = std::map<std::string, std::string>;

/// A file as java.util.Properties reads it, but for escapes of characters by number. Throws
/// std::runtime_error.
[[nodiscard]] Properties read_java_properties(const std::string& file);

/// Sets what a Java consumer's properties say. Those that the command line always sets are left
/// out, as are those that mean something to a JVM only; what has no field of its own goes to
/// librdkafka under the same name. Throws std::runtime_error for a value that is none.
void apply_properties(const Properties& properties, strandline::ConsumerConfig& config);

}  // namespace verifiable
