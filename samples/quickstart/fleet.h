#pragma once

#include "member.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace quickstart {

/// The members of the group, and the plan by which they join and leave while the stream runs.
/// Main thread only.
class Fleet {
 public:
  /// `say` gets a line whenever a member joins or leaves.
  Fleet(const Place& place, strandline::Ordering order, Ledger& ledger, Stream& stream,
        std::function<void(const std::string&)> say);

  /// Makes the next change of the plan.
  void change();
  /// The last change is through: who left is gone, and the others own all partitions.
  [[nodiscard]] bool settled() const;
  [[nodiscard]] std::size_t changes_made() const { return changes_made_; }
  [[nodiscard]] static std::size_t changes_planned();

  void leave_all();
  /// Waits for the end of all of them.
  [[nodiscard]] std::vector<strandline::RunSummary> summaries();

  /// Of all members that ever were.
  [[nodiscard]] strandline::InstanceStats stats() const;
  [[nodiscard]] std::size_t active() const;
  /// A member that ended without being asked to.
  [[nodiscard]] bool broken() const;

 private:
  struct Berth {
    std::unique_ptr<Member> member;
    bool asked_to_leave = false;
  };

  void join();
  void leave();

  const Place place_;
  const strandline::Ordering order_;
  Ledger& ledger_;
  Stream& stream_;
  std::function<void(const std::string&)> say_;
  std::vector<Berth> berths_{};  ///< in the order of joining; who left stays, for its summary
  std::size_t changes_made_ = 0;
};

}  // namespace quickstart
