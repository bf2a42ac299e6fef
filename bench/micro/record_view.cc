#include <strandline/record.h>
#include <strandline/testing/mock_cluster.h>

#include "kafka/handles.h"
#include "kafka/message_source.h"
#include "micro/per_record.h"

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

// Reading what librdkafka received: real messages, from a mock cluster.
namespace {

using namespace strandline;
using namespace strandline::detail;

constexpr std::size_t kRecords = 1000;

class Received {
 public:
  Received() {
    cluster_.create_topic("t", 1);
    std::vector<testing::ProducedRecord> records;
    records.reserve(kRecords);
    for (std::size_t i = 0; i < kRecords; ++i) {
      records.push_back({.key = "key" + std::to_string(i),
                         .value = std::string(100, 'v'),
                         .partition = 0,
                         .headers = {{"trace", "0123456789abcdef"}, {"source", "bench"}}});
    }
    cluster_.produce("t", records);
    read_all();
  }

  [[nodiscard]] void* const* messages() const noexcept { return messages_.data(); }

 private:
  void read_all() {
    ConfHandle conf{rd_kafka_conf_new()};
    std::array<char, 512> why{};
    rd_kafka_conf_set(conf.get(), "bootstrap.servers", cluster_.bootstrap_servers().c_str(),
                      why.data(), why.size());
    rd_kafka_conf_set(conf.get(), "group.id", "bench", why.data(), why.size());
    client_.reset(rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
    if (!client_) throw std::runtime_error(why.data());
    disown(conf);
    const PartitionListHandle list{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(list.get(), "t", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client_.get(), list.get());
    while (messages_.size() < kRecords) {
      MessageHandle message{rd_kafka_consumer_poll(client_.get(), 10'000)};
      if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error("the mock cluster did not answer");
      }
      messages_.push_back(message.get());
      owned_.push_back(std::move(message));
    }
  }

  testing::MockCluster cluster_;
  ClientHandle client_;  // outlives the messages
  std::vector<MessageHandle> owned_;
  std::vector<void*> messages_;
};

/// What the worker does for each record of a run, and `look` with it.
template <class Look>
void view(benchmark::State& state, Look look) {
  const Received received;
  const RdkafkaMessages source;
  const TopicPartition partition{"t", PartitionId{0}};
  std::array<RecordFields, kRecords> fields;
  const auto turn = [&] {
    source.read(received.messages(), kRecords, partition, fields.data());
    for (const RecordFields& of_one : fields) {
      const Record record(of_one);
      look(record);
    }
  };
  turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) turn();
  per_record.report(kRecords);
}

void record_view_key_value(benchmark::State& state) {
  view(state, [](const Record& record) {
    benchmark::DoNotOptimize(record.key().data());
    benchmark::DoNotOptimize(record.value().data());
    benchmark::DoNotOptimize(record.offset());
  });
}
BENCHMARK(record_view_key_value);

/// librdkafka parses them at the first look, which is before the loop: this is the look itself.
void record_view_headers(benchmark::State& state) {
  view(state, [](const Record& record) {
    for (const Header& header : record.headers()) benchmark::DoNotOptimize(header.name.data());
  });
}
BENCHMARK(record_view_headers);

void record_view_copy(benchmark::State& state) {
  view(state, [](const Record& record) { benchmark::DoNotOptimize(record.copy()); });
}
BENCHMARK(record_view_copy);

}  // namespace
