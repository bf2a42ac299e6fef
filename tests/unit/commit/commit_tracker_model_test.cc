#include "commit/commit_tracker.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace strandline::detail {
namespace {

// The same cases in every run; RC_PARAMS in the environment overrides it. No other thread runs yet.
// NOLINTNEXTLINE(concurrency-mt-unsafe)
[[maybe_unused]] const int kSeeded = setenv("RC_PARAMS", "seed=20 max_success=300", 0);

// What the tracker ought to say, in the plainest way there is.
class Model {
 public:
  explicit Model(Offset start) : position_(start) {}

  void admit(const std::vector<std::int64_t>& offsets) {
    for (const std::int64_t offset : offsets) {
      unfinished_.insert(offsets_.size());
      offsets_.push_back(offset);
    }
  }
  std::size_t complete(Sequence first, std::size_t count) {
    std::size_t newly = 0;
    for (Sequence i = first; i < first + count; ++i) {
      if (unfinished_.erase(i) == 0) continue;
      ++newly;
      highest_completed_ = std::max(highest_completed_, Offset{offsets_[i]});
    }
    const Sequence hole = unfinished_.empty() ? offsets_.size() : *unfinished_.begin();
    if (hole > 0) position_ = Offset{offsets_[hole - 1]}.next();
    return newly;
  }
  void compare(const CommitTracker& tracker) const {
    RC_ASSERT(tracker.commit_position() == position_);
    RC_ASSERT(tracker.in_flight() == unfinished_.size());
    RC_ASSERT(tracker.highest_seen() == (offsets_.empty() ? Offset{} : Offset{offsets_.back()}));
    RC_ASSERT(tracker.highest_completed() == highest_completed_);
    RC_ASSERT(tracker.oldest_unfinished().has_value() == !unfinished_.empty());
    RC_ASSERT(tracker.oldest_unfinished_offset().is_valid() == !unfinished_.empty());
    if (unfinished_.empty()) return;
    RC_ASSERT(tracker.oldest_unfinished() == std::optional{*unfinished_.begin()});
    RC_ASSERT(tracker.oldest_unfinished_offset() == Offset{offsets_[*unfinished_.begin()]});
  }
  void compare_each(const CommitTracker& tracker) const {
    for (Sequence i = 0; i < offsets_.size(); ++i) {
      RC_ASSERT(tracker.is_complete(i) == !unfinished_.contains(i));
    }
  }
  [[nodiscard]] std::size_t admitted() const { return offsets_.size(); }
  [[nodiscard]] const std::set<Sequence>& unfinished() const { return unfinished_; }

 private:
  Offset position_;
  Offset highest_completed_{};
  std::vector<std::int64_t> offsets_;
  std::set<Sequence> unfinished_;
};

class Walk {
 public:
  Walk()
      : start_(*rc::gen::inRange(std::int64_t{-1}, std::int64_t{5})),
        model_(start_),
        tracker_(start_),
        offset_(std::max<std::int64_t>(0, start_.value())) {}

  void step() {
    switch (*rc::gen::weightedElement<int>({{3, 0}, {3, 1}, {3, 2}, {2, 3}, {3, 4}})) {
      case 0:
        return admit();
      case 1:
        return complete_anywhere();
      case 2:
        return complete_oldest();
      case 3:
        return complete_scattered();
      default:
        return complete_one_unfinished();
    }
  }
  void finish() {
    while (!model_.unfinished().empty()) complete_one_unfinished();
    RC_ASSERT(tracker_.in_flight() == 0U);
  }

 private:
  void admit() {
    const auto size = *rc::gen::weightedOneOf<int>({{2, rc::gen::inRange(0, 4)},
                                                    {2, rc::gen::inRange(60, 70)},
                                                    {1, rc::gen::inRange(0, 300)}});
    std::vector<std::int64_t> batch;
    for (int i = 0; i < size; ++i) {
      batch.push_back(offset_);
      offset_ += *rc::gen::weightedElement<std::int64_t>({{20, 1}, {1, 2}, {1, 1000}});
    }
    batches_.push_back(batch);  // a deque: what the tracker looks into must not move
    RC_ASSERT(tracker_.admit(batches_.back()) == model_.admitted());
    firsts_.push_back(model_.admitted());
    model_.admit(batch);
    model_.compare(tracker_);
  }
  void complete(Sequence first, std::size_t count) {
    RC_ASSERT(tracker_.complete(first, count) == model_.complete(first, count));
    model_.compare(tracker_);
    model_.compare_each(tracker_);
  }
  // Also what is finished already, and over the boundaries of batches.
  void complete_anywhere() {
    const std::size_t first = *rc::gen::inRange<std::size_t>(0, model_.admitted() + 1);
    const std::size_t most = std::min<std::size_t>(model_.admitted() - first, 200);
    complete(first, *rc::gen::inRange<std::size_t>(0, most + 1));
  }
  // Some of one batch, whether they are finished or not, or all of it is.
  void complete_scattered() {
    if (batches_.empty()) return;
    const auto number = *rc::gen::inRange<std::size_t>(0, batches_.size());
    std::vector<std::uint32_t> indices;
    for (std::uint32_t index = 0; index < batches_[number].size(); ++index) {
      if (*rc::gen::arbitrary<bool>()) indices.push_back(index);
    }
    std::size_t newly = 0;
    for (const std::uint32_t index : indices) newly += model_.complete(firsts_[number] + index, 1);
    RC_ASSERT(tracker_.complete(firsts_[number], indices) == newly);
    model_.compare(tracker_);
    model_.compare_each(tracker_);
  }
  void complete_oldest() {
    if (model_.unfinished().empty()) return;
    const Sequence first = *model_.unfinished().begin();
    complete(first, *rc::gen::inRange<std::size_t>(0, model_.admitted() - first + 1));
  }
  void complete_one_unfinished() {
    if (model_.unfinished().empty()) return;
    const auto choice = *rc::gen::inRange<std::size_t>(0, model_.unfinished().size());
    complete(*std::next(model_.unfinished().begin(), static_cast<std::ptrdiff_t>(choice)), 1);
  }

  Offset start_;
  Model model_;
  CommitTracker tracker_;
  std::int64_t offset_;
  std::deque<std::vector<std::int64_t>> batches_;
  std::vector<Sequence> firsts_;
};

RC_GTEST_PROP(CommitTrackerModel, AgreesWithASetOfUnfinishedRecords, ()) {
  Walk walk;
  const int steps = *rc::gen::inRange(1, 40);
  for (int i = 0; i < steps; ++i) walk.step();
  walk.finish();
}

RC_GTEST_PROP(CommitTrackerModel, EndsWithNothingInFlightWhenEachRecordHasFinished, ()) {
  const std::size_t count = *rc::gen::inRange<std::size_t>(1, 400);
  const std::size_t cut = *rc::gen::inRange<std::size_t>(0, count + 1);
  std::vector<std::int64_t> offsets(count);
  for (std::size_t i = 0; i < count; ++i) offsets[i] = static_cast<std::int64_t>(3 * i);
  std::vector<Sequence> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) {
    std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
  }

  CommitTracker tracker;
  tracker.admit({offsets.data(), cut});
  tracker.admit({offsets.data() + cut, count - cut});
  Offset before = tracker.commit_position();
  for (const Sequence sequence : order) {
    RC_ASSERT(tracker.complete(sequence, 1) == 1U);
    RC_ASSERT(tracker.commit_position() >= before);
    before = tracker.commit_position();
  }
  RC_ASSERT(tracker.commit_position() == Offset{offsets.back()}.next());
  RC_ASSERT(tracker.in_flight() == 0U);
}

}  // namespace
}  // namespace strandline::detail
