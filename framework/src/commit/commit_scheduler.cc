#include "commit/commit_scheduler.h"

#include <algorithm>

namespace strandline::detail {

bool CommitScheduler::due(TimePoint now) const noexcept {
  if (requesting_) return false;
  const auto when = next_due();
  return when && *when <= now;
}

std::optional<TimePoint> CommitScheduler::next_due() const noexcept {
  if (requesting_) return last_request_ + config_.timeout;
  if (forced_) return last_request_;
  if (retrying_) return retry_at_;
  if (finished_ == 0) return std::nullopt;
  switch (config_.mode) {
    case CommitMode::periodic:
      if (config_.every_records != 0 && finished_ >= config_.every_records) return last_request_;
      return last_request_ + config_.interval;
    case CommitMode::per_batch:
      return last_request_;
    case CommitMode::manual:
    case CommitMode::none:
      break;
  }
  return std::nullopt;
}

bool CommitScheduler::overdue(TimePoint now) const noexcept {
  return requesting_ && now - last_request_ >= config_.timeout;
}

void CommitScheduler::requested(TimePoint now) noexcept {
  nothing_to_send(now);
  requesting_ = true;
}

void CommitScheduler::nothing_to_send(TimePoint now) noexcept {
  last_request_ = now;
  finished_ = 0;
  forced_ = false;
  retrying_ = false;
}

void CommitScheduler::answered(bool ok, TimePoint now) noexcept {
  requesting_ = false;
  retrying_ = !ok;
  if (ok) {
    retry_pause_ = kRetryFirst;
    return;
  }
  retry_at_ = now + retry_pause_;
  retry_pause_ = std::min<Duration>(retry_pause_ * 2, kRetryLongest);
}

}  // namespace strandline::detail
