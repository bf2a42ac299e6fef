#include "member.h"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace quickstart {

using namespace strandline;
using namespace std::chrono_literals;

namespace {

// No two assignments of any member have the same number.
std::atomic<std::uint32_t> last_assignment{0};

/// The digits a text begins with, as a number.
std::uint32_t number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{}) throw std::invalid_argument("not an order of this stream");
  return number;
}

constexpr std::string_view kKeyPrefix = "customer-";

}  // namespace

Member::Member(const Place& place, Ordering order, int number, Ledger& ledger, Stream& stream)
    : number_(number),
      ledger_(ledger),
      stream_(stream),
      consumer_(config(place, order)),
      thread_([this] {
        summary_ = consumer_.run([this](const Record& record) { handle(record); });
        ended_ = true;
      }) {}

ConsumerConfig Member::config(const Place& place, Ordering order) {
  ConsumerConfig config{.bootstrap_servers = place.bootstrap_servers,
                        .group_id = place.group_id,
                        .topics = {place.topic}};
  config.order = order;
  // The mock cluster lets nearly a session pass at every change of the group; real brokers refuse
  // short ones.
  config.group.session_timeout = place.mock ? 2s : 10s;
  config.group.heartbeat_interval = 300ms;
  // The producer waits for commit positions to move on.
  config.commit.interval = 100ms;
  config.commit.on_commit = [this](std::span<const CommitAnswer> answers) {
    note_commits(answers);
  };
  // An empty fetch of the mock cluster lasts this long, whatever is produced meanwhile.
  config.fetch.wait_max = 20ms;
  config.listener = this;
  config.client_id = "member-" + std::to_string(number_);
  return config;
}

void Member::handle(const Record& record) {
  const std::uint32_t customer = number_in(record.key().substr(kKeyPrefix.size()));
  const std::uint32_t sequence = number_in(record.value());
  const auto partition = static_cast<std::size_t>(record.partition().value());
  ledger_.handled({customer, sequence}, assignments_.at(partition));
}

void Member::note_commits(std::span<const CommitAnswer> answers) {
  for (const CommitAnswer& answer : answers) {
    if (answer.error) continue;
    auto& known =
        stream_.committed.at(static_cast<std::size_t>(answer.partition.partition.value()));
    // The former owner's last answer may come after the new owner's first.
    std::int64_t before = known;
    while (before < answer.offset.value() &&
           !known.compare_exchange_weak(before, answer.offset.value())) {
    }
  }
}

void Member::on_assigned(std::span<const TopicPartition> partitions) {
  for (const TopicPartition& one : partitions) {
    assignments_.at(static_cast<std::size_t>(one.partition.value())) = ++last_assignment;
  }
  owned_ += static_cast<int>(partitions.size());
}

void Member::on_revoked(std::span<const TopicPartition> partitions) {
  owned_ -= static_cast<int>(partitions.size());
}

void Member::on_lost(std::span<const TopicPartition> partitions) { on_revoked(partitions); }

const RunSummary& Member::summary() {
  if (thread_.joinable()) thread_.join();
  return summary_;
}

}  // namespace quickstart
