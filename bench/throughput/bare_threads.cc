#include "common/options.h"
#include "common/report.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

// No Kafka and no framework: as many threads as handlers, which take the numbers of the topic's
// records one by one, and sleep. What they reach is what this machine's kernel lets any framework
// with blocking handlers reach.
namespace {

using bench::Extent;
using bench::Options;

struct Place {
  std::int32_t partition;
  std::int64_t offset;
};

std::vector<Place> places_of(const std::vector<Extent>& topic) {
  std::vector<Place> places;
  places.reserve(bench::count_of(topic));
  for (std::size_t p = 0; p < topic.size(); ++p) {
    for (std::int64_t offset = topic[p].begin; offset < topic[p].end; ++offset) {
      places.push_back({static_cast<std::int32_t>(p), offset});
    }
  }
  return places;
}

/// The clock starts with the first sleep, when all threads are there: as a pool's are.
void sleep_through(const std::vector<Place>& places, const Options& options, bench::Tally& tally) {
  const std::chrono::microseconds work(options.work_us);
  std::atomic<std::size_t> next{0};
  std::latch ready(static_cast<std::ptrdiff_t>(options.concurrency));
  std::vector<std::jthread> threads;
  threads.reserve(options.concurrency);
  for (unsigned i = 0; i < options.concurrency; ++i) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      bench::Sheet& sheet = tally.mine();
      for (std::size_t mine = next++; mine < places.size(); mine = next++) {
        std::this_thread::sleep_for(work);
        sheet.add(places[mine].partition, places[mine].offset, 0);
      }
    });
  }
}

int measure(const Options& options) {
  if (options.order != "none" || options.async() || options.handler != "record") {
    throw std::runtime_error(options.arm + " keeps no order and blocks, record by record");
  }
  const std::vector<Extent> topic =
      bench::extents(options.bootstrap_servers, options.topic, options.partitions);
  const std::vector<Place> places = places_of(topic);
  bench::Meter meter;
  bench::Tally tally(options.partitions, [&] { meter.start(); });
  meter.begin();
  sleep_through(places, options, tally);
  meter.stop();
  return bench::print_report(options, topic, tally, meter, nlohmann::json::object());
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = bench::parse_options(argc, argv, "bare_threads");
  return bench::guarded_main([&] { return measure(options); });
}
