#pragma once

#include "common/filler.h"
#include "common/options.h"
#include "common/topics.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bench {

/// What every scenario is told.
struct ScenarioOptions {
  Options arm;  ///< how to consume; its topic is the scenario's own
  FillOptions fill;
  std::vector<std::string> settings{};
};

/// Set by the subcommand that was chosen; called once the command line is read.
using Chosen = std::function<int()>;

/// Adds a subcommand with the options common to all.
CLI::App& add_scenario(CLI::App& app, const std::string& name, const std::string& about,
                       ScenarioOptions& options);

/// A topic made, filled and removed by the scenario.
class FilledTopic {
 public:
  /// Also enters its name into the options.
  explicit FilledTopic(ScenarioOptions& options);
  [[nodiscard]] const std::vector<Extent>& extents() const noexcept { return extents_; }
  [[nodiscard]] const std::string& name() const noexcept { return topic_.name(); }

 private:
  TemporaryTopic topic_;
  std::vector<Extent> extents_;
};

/// The scenario's one line; its exit status, by `saw_all` in it. Adds what is the same for all.
int print_scenario(const std::string& name, const ScenarioOptions& options, nlohmann::json line);

// One of each file of this directory.
void add_zipf(CLI::App& app, Chosen& chosen);
void add_slow_partition(CLI::App& app, Chosen& chosen);
void add_failing(CLI::App& app, Chosen& chosen);
void add_rebalance(CLI::App& app, Chosen& chosen);
void add_stuck_kill(CLI::App& app, Chosen& chosen);
void add_full_queues(CLI::App& app, Chosen& chosen);
void add_soak(CLI::App& app, Chosen& chosen);

}  // namespace bench
