#include "dispatch/router.h"
#include "micro/per_record.h"
#include "micro/plain_messages.h"

// Admission, routing and completion of a batch of 1000, nothing run: what `key` costs more than
// `partition` is the hash of the key and the choice of a lane.
namespace {

using namespace strandline::detail;
using strandline::Ordering;

constexpr std::size_t kBatch = 1000;

struct NoOwner final : StrandOwner {
  void on_retry_due(Strand&) override {}
};

void router(benchmark::State& state, Ordering order) {
  NoOwner owner;
  bench::PlainMessages messages(100 * kBatch, 100'000);
  BatchPool pool(messages);
  Partition partition(
      {"t", strandline::PartitionId{0}}, strandline::Epoch{1},
      {.isolation = Isolation::token,
       .strands = static_cast<std::size_t>(order == Ordering::key ? state.range(0) : 1)},
      owner, pool);
  Router routes(order, {}, false, messages, system_clock());
  std::vector<Strand*> touched;
  std::vector<Stretch> taken;
  std::int64_t offset = 0;
  const auto turn = [&] {
    AdmittedBatch& batch = pool.take();
    messages.fill(batch.records, static_cast<std::size_t>(offset), kBatch, offset);
    offset += kBatch;
    partition.admit(batch, TimePoint{});
    touched.clear();
    routes.route(partition, batch, touched);
    for (Strand* lane : touched) {
      taken.clear();
      lane->take(kBatch, false, taken);
    }
    partition.finish(batch, 0, kBatch);
    partition.let_go(batch);
  };
  for (int i = 0; i < 100; ++i) turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) turn();
  per_record.report(kBatch);
}
BENCHMARK_CAPTURE(router, partition, Ordering::partition)->Arg(1);
BENCHMARK_CAPTURE(router, key, Ordering::key)->Arg(16)->Arg(256);
BENCHMARK_CAPTURE(router, none, Ordering::none)->Arg(1);

}  // namespace
