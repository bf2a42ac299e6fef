#pragma once

#include <strandline/outcome.h>
#include <strandline/record.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strandline {

/// A run of records of one partition, in offset order. Never empty.
/// Lifetime and thread safety: as `Record`: the handler call it was given to.
class Batch {
 public:
  Batch(const Record* first, std::size_t size) noexcept : first_(first), size_(size) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  [[nodiscard]] const Record* begin() const& noexcept { return first_; }
  [[nodiscard]] const Record* end() const& noexcept { return first_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const Record& operator[](std::size_t index) const& noexcept {
    return first_[index];
  }
  [[nodiscard]] const Record& front() const& noexcept { return first_[0]; }
  [[nodiscard]] const Record& back() const& noexcept { return first_[size_ - 1]; }
  [[nodiscard]] std::string_view topic() const& noexcept { return first_->topic(); }
  [[nodiscard]] PartitionId partition() const noexcept { return first_->partition(); }

 private:
  const Record* first_;
  std::size_t size_;
};

/// What became of a batch: all of it done, done up to an offset, failed whole, or record by record.
class BatchOutcome {
 public:
  [[nodiscard]] static BatchOutcome done() { return BatchOutcome{Kind::done}; }
  /// All up to and including `offset` are finished; the rest comes again in the next batch. That
  /// counts as a failed attempt only when it finishes nothing, so progress never uses up attempts.
  [[nodiscard]] static BatchOutcome done_through(Offset offset) {
    BatchOutcome outcome{Kind::done_through};
    outcome.through_ = offset;
    return outcome;
  }
  /// No record of the batch is finished; each one's attempt has failed.
  [[nodiscard]] static BatchOutcome retry(std::string why, std::error_code code = {}) {
    BatchOutcome outcome{Kind::failed};
    outcome.whole_ = Failure{std::move(why), code, {}};
    return outcome;
  }

  /// Record by record: `BatchOutcome::done().fail(2, {"bad date"})` finishes all but the third.
  BatchOutcome& fail(std::size_t index, Failure failure) & {
    failed_.push_back({index, Outcome::retry, std::move(failure)});
    return *this;
  }
  BatchOutcome&& fail(std::size_t index, Failure failure) && {
    return std::move(fail(index, std::move(failure)));
  }
  BatchOutcome& dead_letter(std::size_t index, Failure failure) & {
    failed_.push_back({index, Outcome::dead_letter, std::move(failure)});
    return *this;
  }
  BatchOutcome&& dead_letter(std::size_t index, Failure failure) && {
    return std::move(dead_letter(index, std::move(failure)));
  }

  enum class Kind : std::uint8_t { done, done_through, failed };
  struct FailedRecord {
    std::size_t index;
    Outcome outcome;
    Failure failure;
  };
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] Offset through() const noexcept { return through_; }
  [[nodiscard]] const Failure& whole_failure() const noexcept { return whole_; }
  [[nodiscard]] const std::vector<FailedRecord>& failed_records() const noexcept { return failed_; }

 private:
  explicit BatchOutcome(Kind kind) : kind_(kind) {}

  Kind kind_;
  Offset through_{};
  Failure whole_{};
  std::vector<FailedRecord> failed_{};
};

}  // namespace strandline
