#include "member.h"

#include <algorithm>

namespace strandline::detail {

namespace {

void require(const Result<void>& result) {
  if (!result) throw Exception(result.error());
}

}  // namespace

Member::Member(const ConsumerConfig& config, unsigned instance)
    : client_(connect(config, instance, doorbell_).value()) {
  require(client_->start());
}

Member::~Member() {
  feeds.clear();
  release();
}

void Member::on_assign(std::vector<TopicPartition> partitions) {
  ++assigns;
  assigning = std::move(partitions);
  for (const TopicPartition& partition : assigning) {
    feeds[partition] = client_->open(partition);
    expected[partition] = Offset{};
  }
  if (answers) answer_assign();
}

void Member::answer_assign() {
  require(client_->answer_assign(assigning));
  assigned.insert(assigning.begin(), assigning.end());
  assigning.clear();
}

void Member::on_revoke(std::vector<TopicPartition> partitions, bool lost) {
  ++revokes;
  if (lost) ++losses;
  revoking = std::move(partitions);
  if (answers) answer_revoke();
}

void Member::answer_revoke() {
  for (const TopicPartition& partition : revoking) {
    feeds.erase(partition);
    assigned.erase(partition);
  }
  require(client_->answer_revoke(revoking));
  revoking.clear();
}

void Member::on_commit_answer(CommitId id, std::vector<CommittedOffset> committed) {
  answered[id] = std::move(committed);
}

void Member::on_error(ClientError error) { errors.push_back(std::move(error)); }

void Member::turn() {
  client_->poll(*this);
  if (!fetches) return;
  for (auto& [partition, feed] : feeds) {
    if (assigned.count(partition) == 0) continue;
    RecordBatch batch;
    feed->fetch(fetch_max, expected[partition], batch, filtered, *this);
    if (batch.empty()) continue;
    expected[partition] = Offset{batch.offsets.back()}.next();
    auto& seen = offsets[partition];
    seen.insert(seen.end(), batch.offsets.begin(), batch.offsets.end());
    bytes += batch.bytes;
    if (keeps) {
      kept.insert(kept.end(), batch.messages.begin(), batch.messages.end());
    } else {
      client_->messages().release(batch.messages.data(), batch.size());
    }
  }
}

void Member::release() {
  client_->messages().release(kept.data(), kept.size());
  kept.clear();
}

void Member::close() { client_->begin_close(); }

std::vector<CommittedOffset> Member::commit(const std::vector<PartitionOffset>& positions) {
  const CommitId id = client_->commit(positions).value();
  if (!turn_until({this}, [&] { return answered.count(id) > 0; })) return {};
  return answered[id];
}

std::size_t Member::records() const {
  std::size_t count = 0;
  for (const auto& [partition, seen] : offsets) count += seen.size();
  return count;
}

bool Member::has_error(ErrorCode code) const {
  return std::any_of(errors.begin(), errors.end(),
                     [code](const ClientError& error) { return error.error.code == code; });
}

bool Member::has_fatal_error() const {
  return std::any_of(errors.begin(), errors.end(),
                     [](const ClientError& error) { return error.fatal; });
}

bool turn_until(const std::vector<Member*>& members, const std::function<bool()>& done,
                std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    for (Member* member : members) member->turn();
    if (done()) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    members.front()->wait();
  }
}

}  // namespace strandline::detail
