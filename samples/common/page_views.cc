#include "common/page_views.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/members.h"

namespace samples {

using nlohmann::json;
using strandline::Offset;
using strandline::PartitionId;
using strandline::TopicPartition;

namespace {
constexpr int kPartitions = 4;
constexpr int kBrokenEvery = 500;
constexpr int kCrashAfter = 5;

/// What the sample itself has written: the directory may be anybody's.
std::vector<std::filesystem::path> files_of(const std::string& topic,
                                            const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{directory}) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(topic + "[") && name.ends_with(".jsonl")) files.push_back(entry.path());
  }
  return files;
}
}  // namespace

strandline::testing::ProducedRecord page_view(int number) {
  const std::string user = fmt::format("user-{}", number % 97);
  const json event{
      {"user", user}, {"url", fmt::format("/articles/{}", number)}, {"ms", number % 50}};
  return {.key = user, .value = number % kBrokenEvery == 0 ? "{broken" : event.dump()};
}

void PageViewOptions::add_to(CLI::App& app) {
  app.add_option("--directory", directory, "Where the files go")->capture_default_str();
  app.add_option("--crash-after", crash_after, "Crash after so many batches, to try what happens");
  app.add_option("--roll-bytes", limits.bytes_max)->capture_default_str();
}

void crash_once(Demo& demo, PageViewOptions& options) {
  demo.cluster().create_topic(demo.topic() + ".dead", 1);
  for (const auto& file : files_of(demo.topic(), options.directory)) std::filesystem::remove(file);
  Members members;
  const pid_t copy =
      members.start({"--bootstrap-servers", demo.bootstrap_servers(), "--topic", demo.topic(),
                     "--group", demo.group(), "--directory", options.directory.string(),
                     "--crash-after", std::to_string(kCrashAfter), "--session-timeout-ms", "2000"});
  demo.expect(!members.wait(copy), "the first copy crashes");
  for (int i = 0; i < kPartitions; ++i) {
    const TopicPartition partition{demo.topic(), PartitionId{i}};
    const Offset committed = demo.cluster().committed(demo.group(), partition).value_or(Offset{0});
    fmt::print("crashed with {} committed at {}\n", to_string(partition), committed.value());
    demo.expect_from(i, committed);
  }
}

void judge_files(Demo& demo, const PageViewOptions& options) {
  std::set<std::pair<int, std::int64_t>> events;
  std::size_t files = 0;
  std::size_t lines = 0;
  for (const auto& file : files_of(demo.topic(), options.directory)) {
    ++files;
    std::ifstream in{file};
    for (std::string line; std::getline(in, line); ++lines) {
      // The crash may have torn the last line of a file; that event then is in another one, too.
      const json event = json::parse(line, nullptr, false);
      if (event.is_object()) events.emplace(event["_partition"], event["_offset"]);
    }
  }
  std::size_t broken = 0;
  std::int64_t produced = 0;
  for (int i = 0; i < kPartitions; ++i) {
    produced += demo.cluster().end_offset({demo.topic(), PartitionId{i}}).value();
  }
  broken = demo.cluster().read({demo.topic() + ".dead", PartitionId{0}}).size();
  fmt::print("{} events in {} files, {} of them twice, {} dead letters\n", events.size(), files,
             lines - events.size(), broken);
  demo.expect(static_cast<std::int64_t>(events.size()) == produced - produced / kBrokenEvery,
              "each event is in a file");
  demo.expect(lines > events.size(), "the crash came between fsync and commit");
  demo.expect(static_cast<std::int64_t>(broken) >= produced / kBrokenEvery,
              "each broken event is a dead letter");
}

}  // namespace samples
