#include "dispatch/dispatcher.h"
#include "executor/worker_pool.h"
#include "micro/per_record.h"
#include "micro/plain_messages.h"

#include <memory>
#include <vector>

// The framework without Kafka: 12 partitions with a batch of 1000 each are admitted, routed, run on
// real workers by a handler that does nothing, settled and given back.
namespace {

using namespace strandline::detail;
using strandline::ConsumerConfig;
using strandline::Ordering;

constexpr std::size_t kPartitions = 12;
constexpr std::size_t kBatch = 1000;

class Machine final : private DispatchEvents, private JobSink {
 public:
  Machine(Ordering order, unsigned workers, const HandlerSource& source)
      : config_(config_of(order)),
        workers_(workers, "bench"),
        messages_(kPartitions * kBatch, 100'000),
        pool_(messages_),
        port_(std::make_shared<AnswerPort>(bell_)),
        timers_(system_clock().now()),
        dispatcher_(dispatch_settings(config_, source, workers), source, config_,
                    DispatchTools{*this, port_, timers_, system_clock(), pool_, *this}, 1) {
    for (std::size_t i = 0; i < kPartitions; ++i) {
      partitions_.push_back(dispatcher_.make_partition(
          {"t", strandline::PartitionId{static_cast<std::int32_t>(i)}}, strandline::Epoch{i}));
    }
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() override { port_->close(); }

  void turn() {
    for (std::size_t i = 0; i < kPartitions; ++i) {
      AdmittedBatch& batch = pool_.take();
      messages_.fill(batch.records, i * kBatch, kBatch, next_offset_);
      dispatcher_.admit(*partitions_[i], batch);
    }
    next_offset_ += kBatch;
    while (pool_.live() > 0) {
      std::size_t in_flight = 0;
      for (const auto& partition : partitions_) in_flight += partition->in_flight();
      dispatcher_.dispatch(in_flight);
      if (port_->serve(SIZE_MAX) == 0) bell_.wait_until(system_clock().now() + kPatience);
    }
  }

 private:
  // Whatever is not answered by then is asked for again: no run waits for a bell only.
  static constexpr Duration kPatience = std::chrono::milliseconds(10);

  static ConsumerConfig config_of(Ordering order) {
    ConsumerConfig config{.bootstrap_servers = "none", .group_id = "none", .topics = {"t"}};
    config.order = order;
    return config;
  }
  void submit(Job* const* jobs, std::size_t count) override { workers_.submit_bulk(jobs, count); }
  void on_stop_required(strandline::Error) override {}
  void on_commit_requested(Partition&,
                           std::function<void(strandline::Result<strandline::Offset>)>) override {}
  strandline::Result<void> send_dead_letter(const DeadLetter&, std::uint64_t) override {
    return {};
  }

  ConsumerConfig config_;
  Doorbell bell_;
  WorkerPool workers_;
  bench::PlainMessages messages_;
  BatchPool pool_;
  std::shared_ptr<AnswerPort> port_;
  TimerWheel timers_;
  Dispatcher dispatcher_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::int64_t next_offset_ = 0;
};

void run(benchmark::State& state, Ordering order, const HandlerSource& source) {
  Machine machine(order, static_cast<unsigned>(state.range(0)), source);
  // Long enough that run lengths have followed the measured cost and all buffers have grown.
  for (int i = 0; i < 50; ++i) machine.turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) machine.turn();
  per_record.report(kPartitions * kBatch);
}

HandlerSource by_record() {
  return source_of(
      [](const strandline::Record& record) { benchmark::DoNotOptimize(record.value().data()); });
}

void dispatch_records(benchmark::State& state, Ordering order) { run(state, order, by_record()); }
BENCHMARK_CAPTURE(dispatch_records, partition, Ordering::partition)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(dispatch_records, key, Ordering::key)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(dispatch_records, none, Ordering::none)->Arg(1)->Arg(2)->UseRealTime();

void dispatch_batches(benchmark::State& state) {
  run(state, Ordering::partition,
      source_of([](const strandline::Batch& batch) { benchmark::DoNotOptimize(batch.size()); }));
}
BENCHMARK(dispatch_batches)->Arg(1)->Arg(2)->UseRealTime();

void dispatch_coroutines(benchmark::State& state) {
  run(state, Ordering::none,
      source_of([](const strandline::Record&) -> strandline::Task<void> { co_return; }));
}
BENCHMARK(dispatch_coroutines)->Arg(2)->UseRealTime();

}  // namespace
