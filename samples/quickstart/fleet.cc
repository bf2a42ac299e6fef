#include "fleet.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace quickstart {

namespace {

enum class Change { join, leave };
// Two members are there from the beginning.
constexpr std::array kPlan{Change::join, Change::leave, Change::join, Change::leave, Change::join};

}  // namespace

std::size_t Fleet::changes_planned() { return kPlan.size(); }

Fleet::Fleet(const Place& place, strandline::Ordering order, Ledger& ledger, Stream& stream,
             std::function<void(const std::string&)> say)
    : place_(place), order_(order), ledger_(ledger), stream_(stream), say_(std::move(say)) {
  join();
  join();
}

void Fleet::change() { kPlan.at(changes_made_++) == Change::join ? join() : leave(); }

void Fleet::join() {
  const int number = static_cast<int>(berths_.size()) + 1;
  say_(fmt::format("member {} joins", number));
  berths_.push_back({std::make_unique<Member>(place_, order_, number, ledger_, stream_)});
}

void Fleet::leave() {
  const auto oldest = std::ranges::find(berths_, false, &Berth::asked_to_leave);
  say_(fmt::format("member {} leaves", oldest->member->number()));
  oldest->asked_to_leave = true;
  oldest->member->leave();
}

bool Fleet::settled() const {
  int owned = 0;
  for (const Berth& berth : berths_) {
    if (berth.asked_to_leave && !berth.member->ended()) return false;
    if (!berth.asked_to_leave && berth.member->owned() == 0) return false;
    owned += berth.asked_to_leave ? 0 : berth.member->owned();
  }
  return owned == kPartitions;
}

void Fleet::leave_all() {
  for (Berth& berth : berths_) {
    berth.asked_to_leave = true;
    berth.member->leave();
  }
}

std::vector<strandline::RunSummary> Fleet::summaries() {
  std::vector<strandline::RunSummary> summaries;
  summaries.reserve(berths_.size());
  for (Berth& berth : berths_) summaries.push_back(berth.member->summary());
  return summaries;
}

strandline::InstanceStats Fleet::stats() const {
  strandline::InstanceStats sum;
  for (const Berth& berth : berths_) {
    const strandline::InstanceStats one = berth.member->stats();
    sum.processed += one.processed;
    sum.rebalances += one.rebalances;
    sum.in_flight += one.in_flight;
  }
  return sum;
}

std::size_t Fleet::active() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(berths_, [](const Berth& berth) { return !berth.member->ended(); }));
}

bool Fleet::broken() const {
  return std::ranges::any_of(
      berths_, [](const Berth& berth) { return berth.member->ended() && !berth.asked_to_leave; });
}

}  // namespace quickstart
