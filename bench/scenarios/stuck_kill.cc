// A handler that never returns holds its partition's position; then the process is killed. How many
// records does the next member see again? What was handled behind the stuck record must come again,
// because a position is one number: no commit can say "all but this one".

#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bench {

namespace {

using std::chrono::milliseconds;

constexpr std::int32_t kStuckPartition = 0;
enum Number : std::size_t { stuck, in_flight };

struct StuckOptions : ScenarioOptions {
  std::uint64_t stuck_at = 100;
  unsigned stuck_s = 60;
  unsigned session_timeout_ms = 6000;
  // Set in the process that will be killed.
  std::string child_topic{};
  std::string child_group{};
  std::string child_ledger{};
};

strandline::ConsumerConfig config_of(const StuckOptions& options, const std::string& group) {
  strandline::ConsumerConfig config = consumer_config(options.arm, group);
  // Until then the broker believes that the killed member lives.
  config.group.session_timeout = milliseconds(options.session_timeout_ms);
  config.group.heartbeat_interval = milliseconds(options.session_timeout_ms / 4);
  return config;
}

Handling handling_of(const StuckOptions& options, Ledger& ledger, bool sticks) {
  const std::int64_t stuck_offset =
      ledger.topic()[kStuckPartition].begin + static_cast<std::int64_t>(options.stuck_at);
  return {
      .work = [&](const auto&) { return std::chrono::microseconds(options.arm.work_us); },
      .done =
          [&ledger, sticks, stuck_offset](const strandline::Record& record, strandline::Context&) {
            const std::int32_t partition = record.partition().value();
            if (sticks && partition == kStuckPartition && record.offset().value() == stuck_offset) {
              ledger.number(Number::stuck) = 1;
              for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
            }
            ledger.note(partition, record.offset().value());
            return strandline::Outcome::done;
          }};
}

/// Ends by being killed; with its parent, if that is killed first.
int be_killed(StuckOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  add_settings(options.arm, options.settings);
  options.arm.topic = options.child_topic;
  Ledger ledger(extents(options.arm.bootstrap_servers, options.child_topic, options.arm.partitions),
                options.child_ledger);
  Trial trial(config_of(options, options.child_group), handling_of(options, ledger, true));
  while (!trial.over()) {
    const auto now = trial.consumer().stats().total().in_flight;
    ledger.number(Number::in_flight) = static_cast<std::int64_t>(now);
    std::this_thread::sleep_for(milliseconds(20));
  }
  return 1;
}

/// This very command line again, with what makes it the child's.
pid_t spawn_child(const std::vector<std::string>& extra) {
  std::ifstream own("/proc/self/cmdline");
  std::vector<std::string> words;
  for (std::string word; std::getline(own, word, '\0');) words.push_back(word);
  words.insert(words.end(), extra.begin(), extra.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (const int error =
          posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
      error != 0) {
    throw std::system_error(error, std::generic_category(), "starting the child");
  }
  return child;
}

/// A file that goes with this object.
struct TemporaryFile {
  std::string name = std::filesystem::temp_directory_path() / fresh_name();
  TemporaryFile() = default;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(name, ignored);
  }
};

struct BeforeTheKill {
  std::uint64_t handled = 0;
  std::uint64_t behind_the_stuck = 0;
  std::int64_t in_flight = 0;
  double rate = 0;  ///< records a second, in the last second
};

BeforeTheKill run_and_kill(const StuckOptions& options, const FilledTopic& topic,
                           const std::string& group, const std::string& file) {
  Ledger shared(topic.extents(), file);
  const pid_t child =
      spawn_child({"--child-topic", topic.name(), "--child-group", group, "--child-ledger", file});
  const auto handled_now = [&] { return Ledger(topic.extents(), file).distinct(); };
  for (unsigned waited = 0; shared.number(Number::stuck) == 0; ++waited) {
    if (waited > options.arm.timeout_s * 20) throw std::runtime_error("it did not get stuck");
    std::this_thread::sleep_for(milliseconds(50));
  }
  std::this_thread::sleep_for(std::chrono::seconds(options.stuck_s > 0 ? options.stuck_s - 1 : 0));
  BeforeTheKill before;
  const std::uint64_t earlier = handled_now();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const Ledger after(topic.extents(), file);
  before.handled = after.distinct();
  before.rate = static_cast<double>(before.handled - earlier);
  before.behind_the_stuck =
      after.distinct_of(kStuckPartition) -
      std::min(after.distinct_of(kStuckPartition), std::uint64_t{options.stuck_at});
  before.in_flight = shared.number(Number::in_flight);
  return before;
}

int stuck_kill(StuckOptions& options) {
  if (!options.child_topic.empty()) return be_killed(options);
  const FilledTopic topic(options);
  const TemporaryFile file;
  const std::string group = fresh_name();
  const BeforeTheKill before = run_and_kill(options, topic, group, file.name);

  Ledger ledger(topic.extents(), file.name);
  const strandline::ConsumerConfig config = config_of(options, group);
  Trial next(config, handling_of(options, ledger, false));
  next.wait_for([&] { return ledger.distinct(); }, ledger.records(), options.arm.timeout_s);
  next.stop();
  const double interval_s = std::chrono::duration<double>(config.commit.interval).count();
  const double bound = static_cast<double>(before.in_flight) + before.rate * interval_s;
  const double contiguous = bound + static_cast<double>(before.behind_the_stuck);
  return print_scenario(
      "stuck_kill", options,
      {{"again", ledger.repeated()},
       {"again_in_stuck_partition", ledger.repeated_of(kStuckPartition)},
       {"bound", bound},
       {"of_bound", static_cast<double>(ledger.repeated()) / std::max(bound, 1.0)},
       {"bound_of_a_contiguous_position", contiguous},
       {"handled_behind_the_stuck", before.behind_the_stuck},
       {"in_flight_at_kill", before.in_flight},
       {"handled_at_kill", before.handled},
       {"records_per_second_before", before.rate},
       {"commit_interval_s", interval_s},
       {"stuck_s", options.stuck_s},
       {"saw_all", ledger.complete()}});
}

}  // namespace

void add_stuck_kill(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<StuckOptions>();
  options->fill.records = 1'000'000;
  options->arm.work_us = 1000;
  options->arm.concurrency = 16;
  CLI::App& command = add_scenario(app, "stuck_kill", "one stuck record, then SIGKILL", *options);
  command.add_option("--stuck-at", options->stuck_at, "which record of partition 0");
  command.add_option("--stuck-s", options->stuck_s, "from there to the kill");
  command.add_option("--session-timeout-ms", options->session_timeout_ms, "of the members");
  command.add_option("--child-topic", options->child_topic)->group("");
  command.add_option("--child-group", options->child_group)->group("");
  command.add_option("--child-ledger", options->child_ledger)->group("");
  command.callback([options, &chosen] { chosen = [options] { return stuck_kill(*options); }; });
}

}  // namespace bench
