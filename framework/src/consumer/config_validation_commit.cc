#include "consumer/config_validation.h"

namespace strandline::detail {

namespace {

// A revoked partition drains, and then its last commit is sent and answered, all before the
// broker's patience ends; later, the commit would be refused, and the work done twice.
void check_drain(const ConsumerConfig& config, ConfigFaults& faults) {
  const std::chrono::milliseconds limit = config.group.max_poll_interval;
  const std::chrono::milliseconds drain = config.rebalance.drain_timeout;
  if (drain >= limit) {
    faults.add("rebalance.drain_timeout",
               "is not below group.max_poll_interval: the broker would evict the member first",
               "shorten it below " + std::to_string(limit.count()) + " ms");
  } else if (config.commit.mode != CommitMode::none && config.commit.timeout >= limit - drain) {
    faults.add("commit.timeout",
               "and rebalance.drain_timeout, which it follows, are together not below "
               "group.max_poll_interval",
               "shorten one of them below " + std::to_string((limit - drain).count()) +
                   " ms for commit.timeout, or lengthen group.max_poll_interval");
  }
}

}  // namespace

void validate_commit(const ConsumerConfig& config, ConfigFaults& faults) {
  const CommitConfig& commit = config.commit;
  const bool periodic = commit.mode == CommitMode::periodic;
  if (periodic) faults.check_range("commit.interval", commit.interval, 1ms);
  faults.add_if(!periodic && commit.every_records != 0, "commit.every_records",
                "is set, but only CommitMode::periodic looks at it",
                "set commit.mode to CommitMode::periodic, or drop it");
  faults.add_if(commit.mode == CommitMode::none && commit.on_commit, "commit.on_commit",
                "is set, but with CommitMode::none nothing is committed",
                "choose another commit.mode, or drop it");
  const bool timeout = faults.check_range("commit.timeout", commit.timeout, 1ms);
  const bool drain =
      faults.check_range("rebalance.drain_timeout", config.rebalance.drain_timeout, 0ms);
  if (timeout && drain && config.assignment.empty()) check_drain(config, faults);
  faults.check_range("shutdown.drain_timeout", config.shutdown.drain_timeout, 0ms);
}

}  // namespace strandline::detail
