/// strandline's main job, watched and judged: a stream of orders, a group of consumers that join
/// and leave while it runs, and at the end a count of what became of every single order.
///
///   main.cc         the parts put together, the verdict
///   member.cc       one consumer: the strandline code
///   fleet.cc        who joins and leaves when        conductor.cc  what happens in which order
///   ledger.cc       checks every record              report.cc     the closing table
///   producer.cc     the other side: produces, reads commit positions and ends of the log
#include "child_process.h"
#include "conductor.h"
#include "fleet.h"
#include "ledger.h"
#include "options.h"
#include "producer.h"
#include "progress.h"
#include "report.h"

#include <strandline/log.h>

#include <fmt/core.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace quickstart {

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Names that no other run has used, so that a real cluster starts it from nothing, too.
Place new_place() {
  const std::string name = fmt::format("strandline-quickstart-{}-{}", std::time(nullptr), getpid());
  return {.bootstrap_servers = {}, .topic = name, .group_id = name};
}

void wait_for_topic(const Stream& stream, ChildProcess& producer) {
  while (!stream.topic_ready) {
    if (producer.exit_code()) throw std::runtime_error("the producer could not begin");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

/// Says why members ended, those that were not asked to.
bool all_ended_well(const std::vector<strandline::RunSummary>& summaries) {
  bool well = true;
  for (const strandline::RunSummary& summary : summaries) {
    if (!summary.error) continue;
    fmt::print(stderr, "a consumer ended: {}\n", summary.error->message);
    well = false;
  }
  return well;
}

void judge_members(const std::vector<strandline::RunSummary>& summaries, Report& report) {
  strandline::DurationHistogram residence;
  for (const strandline::RunSummary& summary : summaries) {
    const strandline::InstanceStats stats = summary.stats.total();
    report.rebalances += stats.rebalances;
    residence.add(stats.residence);
  }
  report.residence_p50_us = residence.quantile_us(0.50);
  report.residence_p99_us = residence.quantile_us(0.99);
}

int run(const Options& options) {
  Place place = new_place();
  std::optional<MockBroker> mock;
  if (options.bootstrap_servers.empty()) {
    mock.emplace(place.topic, kPartitions);
    fmt::print("mock cluster at {}\n", mock->bootstrap_servers());
  }
  place.mock = mock.has_value();
  place.bootstrap_servers = mock ? mock->bootstrap_servers() : options.bootstrap_servers;
  fmt::print("{} orders of {} customers in {} partitions of topic {}\n\n", options.records,
             kCustomers, kPartitions, place.topic);
  std::fflush(stdout);

  Stream& stream = share_stream();
  // A process of its own, so that the CPU figure is that of the consumers alone.
  ChildProcess producer =
      ChildProcess::fork_off([&] { return produce(place, options.records, stream); });
  wait_for_topic(stream, producer);

  Progress progress;
  Ledger ledger;
  const double cpu_before = cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  Fleet fleet(place, options.order, ledger, stream,
              [&](const std::string& line) { progress.say(line); });
  const bool finished = Conductor(options.records, stream, fleet, producer, progress).run();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  fleet.leave_all();
  const std::vector<strandline::RunSummary> summaries = fleet.summaries();
  const double cpu = cpu_seconds() - cpu_before;
  progress.finish();

  Report report;
  report.produced = stream.acknowledged;
  report.duplicates = ledger.duplicates();
  report.processed = ledger.distinct() + report.duplicates;
  report.lost = report.produced - std::min(report.produced, ledger.distinct());
  report.out_of_order = ledger.out_of_order();
  report.partitions = read_positions(place);
  report.records_per_second = static_cast<double>(report.processed) / seconds;
  report.cpu_ns_per_record =
      cpu * 1e9 / static_cast<double>(std::max<std::uint64_t>(report.processed, 1));
  judge_members(summaries, report);
  report.print();
  if (!options.report_file.empty()) report.write_json(options.report_file);

  const bool kept = finished && all_ended_well(summaries) && report.lost == 0 &&
                    report.out_of_order == 0 && report.all_committed();
  fmt::print("\n{}\n", kept ? "every order handled, in order, and committed"
                            : "FAILED: orders were lost, out of order, or not committed");
  return kept ? 0 : 1;
}

}  // namespace

}  // namespace quickstart

int main(int argc, char** argv) {
  try {
    // Commits refused while the group changes are all in a day's work, and the closing table counts
    // what counts.
    strandline::set_log_level(strandline::LogLevel::error);
    const quickstart::Parsed parsed = quickstart::parse_options(argc, argv);
    return parsed.exit_code ? *parsed.exit_code : quickstart::run(parsed.options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "quickstart: {}\n", error.what());
    return 1;
  }
}
