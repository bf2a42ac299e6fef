#include "reporter.h"

#include <utility>

namespace verifiable {

using namespace strandline;
using namespace std::chrono_literals;

namespace {

// What Kafka asks of verifiable clients that are not its own.
constexpr std::int64_t kSummaryRecords = 1000;
constexpr auto kSummaryInterval = 1s;

Json name_of(const TopicPartition& partition) {
  return {{"topic", partition.topic}, {"partition", partition.partition.value()}};
}

Json names_of(std::span<const TopicPartition> partitions) {
  Json names = Json::array();
  for (const TopicPartition& one : partitions) names.push_back(name_of(one));
  return {{"partitions", names}};
}

Json data_of(const Record& record) {
  const auto text = [](bool there, std::string_view bytes) { return there ? Json(bytes) : Json(); };
  return {{"key", text(record.has_key(), record.key())},
          {"value", text(!record.is_tombstone(), record.value())},
          {"topic", record.topic()},
          {"partition", record.partition().value()},
          {"offset", record.offset().value()}};
}

}  // namespace

bool Reporter::handled(const Record& record, const Context& context) {
  const std::scoped_lock lock(mutex_);
  const auto book = books_.find(context.topic_partition());
  // The stop token knows an earlier assignment of the same partition from the present one.
  if (book == books_.end() || context.stop_token().stop_requested()) return false;
  // What is being given up has drained; what comes now came too late for its final commit.
  if (revoked_.contains(book->first)) return false;
  if (options_.records_max >= 0 && handled_ >= options_.records_max) return false;
  if (options_.show_records) out_.write("record_data", data_of(record));
  book->second.add(record.offset());
  ++handled_;
  if (++since_summary_ >= kSummaryRecords) summarize();
  return true;
}

bool Reporter::limit_reached() const {
  const std::scoped_lock lock(mutex_);
  return options_.records_max >= 0 && handled_ >= options_.records_max;
}

void Reporter::on_assigned(std::span<const TopicPartition> partitions) {
  const std::scoped_lock lock(mutex_);
  summarize();
  out_.write("partitions_assigned", names_of(partitions));
  for (const TopicPartition& one : partitions) {
    books_.insert_or_assign(one, PartitionBook{options_.in_order});
  }
}

void Reporter::on_revoked(std::span<const TopicPartition> partitions) {
  const std::scoped_lock lock(mutex_);
  revoked_.insert(partitions.begin(), partitions.end());
}

void Reporter::on_released(std::span<const ReleasedPartition> partitions) {
  const std::scoped_lock lock(mutex_);
  Partitions released;
  for (const ReleasedPartition& one : partitions) released.push_back(one.partition);
  end_assignment(released);
}

void Reporter::on_lost(std::span<const TopicPartition> partitions) {
  const std::scoped_lock lock(mutex_);
  end_assignment(Partitions(partitions.begin(), partitions.end()));
}

void Reporter::on_commit(std::span<const CommitAnswer> answers) {
  const std::scoped_lock lock(mutex_);
  Json offsets = Json::array();
  std::optional<Error> error;
  for (const CommitAnswer& answer : answers) {
    if (is_old_news(answer)) continue;
    const auto book = books_.find(answer.partition);
    if (answer.error) {
      error = answer.error;
    } else if (book != books_.end()) {
      if (const auto range = book->second.take_below(answer.offset)) {
        add_summary(answer.partition, *range);
      }
    }
    if (!answer.error) told_commits_.insert_or_assign(answer.partition, answer.offset);
    Json offset = name_of(answer.partition);
    offset["offset"] = answer.offset.value();
    if (answer.error) offset["error"] = answer.error->message;
    offsets.push_back(std::move(offset));
  }
  if (offsets.empty()) return;
  summarize();
  if (options_.show_commits) {
    Json event{{"offsets", offsets}, {"success", !error.has_value()}};
    if (error) event["error"] = error->message;
    out_.write("offsets_committed", event);
  }
}

void Reporter::tick() {
  const std::scoped_lock lock(mutex_);
  if (Clock::now() - last_summary_ >= kSummaryInterval) summarize();
}

void Reporter::finish() {
  const std::scoped_lock lock(mutex_);
  Partitions left;
  for (const auto& [partition, book] : books_) left.push_back(partition);
  if (!left.empty()) end_assignment(left);
}

void Reporter::summarize() {
  for (auto& [partition, book] : books_) {
    if (const auto range = book.take_ready()) add_summary(partition, *range);
  }
  flush_summary();
}

void Reporter::add_summary(const TopicPartition& partition, const Range& range) {
  summary_.emplace_back(partition, range);
}

void Reporter::flush_summary() {
  last_summary_ = Clock::now();
  since_summary_ = 0;
  if (summary_.empty()) return;
  std::int64_t count = 0;
  Json rows = Json::array();
  for (const auto& [partition, range] : summary_) {
    Json row = name_of(partition);
    row.update({{"count", range.count}, {"minOffset", range.min}, {"maxOffset", range.max}});
    rows.push_back(std::move(row));
    count += range.count;
  }
  summary_.clear();
  out_.write("records_consumed", {{"count", count}, {"partitions", rows}});
}

bool Reporter::is_old_news(const CommitAnswer& answer) const {
  // The answers to a periodic and to the final commit may say the same, the second one when the
  // partition is gone already.
  if (answer.error || books_.contains(answer.partition)) return false;
  const auto told = told_commits_.find(answer.partition);
  return told != told_commits_.end() && answer.offset <= told->second;
}

void Reporter::end_assignment(const Partitions& partitions) {
  for (const TopicPartition& one : partitions) {
    const auto book = books_.find(one);
    if (book == books_.end()) continue;
    for (const Range& range : book->second.take_rest()) add_summary(one, range);
    books_.erase(book);
    revoked_.erase(one);
  }
  flush_summary();
  out_.write("partitions_revoked", names_of(partitions));
}

}  // namespace verifiable
