#include "kafka/version.h"

#include "kafka/handles.h"

#include <string_view>

namespace strandline::detail {

// `rd_kafka_queue_get_partition`, `rd_kafka_consumer_close_queue` and the incremental calls in a
// state that can be worked with.
static_assert(RD_KAFKA_VERSION >= library_version(2, 0, 0),
              "strandline needs librdkafka 2.0 or newer: run cmake/setup.sh");

namespace {

constexpr LibraryVersion kSoundEager = library_version(2, 2, 0);
constexpr LibraryVersion kSoundCooperative = library_version(2, 10, 1);
constexpr LibraryVersion kSoundConsumerProtocol = library_version(2, 12, 0);

struct BadRelease {
  LibraryVersion version;
  std::string_view why;
};
constexpr BadRelease kBadReleases[] = {
    {library_version(2, 1, 0), "a consumer evicted from its group never rejoins"},
    {library_version(2, 5, 0), "an assertion in its telemetry ends the process"},
    {library_version(2, 6, 0), "it does not work with brokers older than 2.7"},
    {library_version(2, 10, 0), "it corrupts its metadata cache"},
};

constexpr std::string_view kHint = "run cmake/setup.sh, or install librdkafka 2.12 or newer";

}  // namespace

LibraryVersion loaded_version() noexcept { return rd_kafka_version(); }

std::string to_version_string(LibraryVersion version) {
  const auto part = [version](int shift) { return std::to_string((version >> shift) & 0xff); };
  return part(24) + "." + part(16) + "." + part(8);
}

std::vector<ConfigFault> version_faults(LibraryVersion version, const ConsumerConfig& config) {
  std::vector<ConfigFault> faults;
  const std::string name = "librdkafka " + to_version_string(version);
  // The last byte tells release candidates apart; they have the release's faults.
  const LibraryVersion release = version | 0xff;
  for (const BadRelease& bad : kBadReleases) {
    if (release == bad.version) {
      faults.push_back(
          {"librdkafka", name + " is not usable: " + std::string(bad.why), std::string(kHint)});
    }
  }
  if (!config.assignment.empty()) return faults;
  const bool consumer_protocol = config.group.protocol == GroupProtocol::consumer;
  if (consumer_protocol && release < kSoundConsumerProtocol) {
    faults.push_back({"group.protocol", "GroupProtocol::consumer is not sound with " + name,
                      "use GroupProtocol::classic, or " + std::string(kHint)});
  }
  if (!consumer_protocol && config.group.assignor == Assignor::cooperative_sticky &&
      release < kSoundCooperative) {
    faults.push_back(
        {"group.assignor",
         name + " loses records or assignments when batches meet a cooperative rebalance",
         "use Assignor::range or Assignor::roundrobin, or " + std::string(kHint)});
  }
  return faults;
}

std::string version_warning(LibraryVersion version) {
  if ((version | 0xff) >= kSoundEager) return {};
  return "librdkafka " + to_version_string(version) +
         " stops fetching for a second whenever a queue is full; " + std::string(kHint);
}

}  // namespace strandline::detail
