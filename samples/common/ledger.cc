#include "common/ledger.h"

namespace samples {

using strandline::Offset;
using strandline::TopicPartition;

void Ledger::count(const TopicPartition& partition, Offset offset) {
  const std::scoped_lock lock{mutex_};
  if (++times_[partition][offset] == 1) {
    ++distinct_;
    grown_.notify_all();
  }
}

void Ledger::count(const TopicPartition& partition, Offset offset, std::string_view key) {
  {
    const std::scoped_lock lock{mutex_};
    // All records of a key are in one partition, so that their offsets can be compared.
    auto [last, is_new] = last_of_key_.try_emplace(std::string{key}, offset);
    if (!is_new && offset < last->second) keys_in_order_ = false;
    last->second = offset;
  }
  count(partition, offset);
}

std::size_t Ledger::distinct() const {
  const std::scoped_lock lock{mutex_};
  return distinct_;
}

bool Ledger::keys_in_order() const {
  const std::scoped_lock lock{mutex_};
  return keys_in_order_;
}

std::map<Offset, int> Ledger::of(const TopicPartition& partition) const {
  const std::scoped_lock lock{mutex_};
  const auto found = times_.find(partition);
  return found == times_.end() ? std::map<Offset, int>{} : found->second;
}

void Ledger::expect(std::int64_t more) {
  const std::scoped_lock lock{mutex_};
  expected_ += more;
  grown_.notify_all();
}

bool Ledger::wait_for_all(std::chrono::milliseconds deadline, const std::stop_token& over) {
  std::unique_lock lock{mutex_};
  return grown_.wait_for(lock, over, deadline,
                         [&] { return static_cast<std::int64_t>(distinct_) >= expected_; });
}

}  // namespace samples
