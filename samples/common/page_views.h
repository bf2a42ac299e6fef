#pragma once

#include <atomic>
#include <filesystem>

#include "common/demo.h"
#include "common/rolling_file.h"

/// The stage of sample 13: its events, its options, its crash, and the look into its files.
namespace samples {

/// What a web server tells of a page it has served; each 500th event is broken.
[[nodiscard]] strandline::testing::ProducedRecord page_view(int number);

struct PageViewOptions {
  std::filesystem::path directory = "page-views";
  RollingLimits limits{.bytes_max = 32 << 10};
  int crash_after = 0;  ///< batches; 0 = never

  void add_to(CLI::App& app);
  /// True once, after `crash_after` batches of all partitions together.
  [[nodiscard]] bool crash_now() noexcept { return ++batches_ == crash_after; }

 private:
  std::atomic<int> batches_{0};
};

/// Deletes this sample's files of an earlier run, and no others, runs a copy of the program that
/// crashes half-way, and expects of this one what is not committed.
void crash_once(Demo& demo, PageViewOptions& options);

/// Every event of the topic stands whole in some file, broken ones apart.
void judge_files(Demo& demo, const PageViewOptions& options);

}  // namespace samples
