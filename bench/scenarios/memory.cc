// What a record in flight costs beside librdkafka's own memory (which is malloc's, and not
// counted), and what a record allocates when nothing grows any more.

#include <strandline/strandline.h>

#include "common/allocations.h"
#include "common/config.h"
#include "common/meter.h"
#include "common/report.h"
#include "common/waiting.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"

#include <condition_variable>
#include <coroutine>
#include <iostream>
#include <mutex>
#include <thread>

namespace bench {
namespace {

using std::chrono::milliseconds;
using strandline::Completion;
using strandline::Consumer;
using strandline::Record;

struct MemoryOptions : ScenarioOptions {
  std::string form = "queued";
  std::size_t in_flight = 100'000;
};

/// Handlers wait before it until it is opened, once.
class Barrier {
 public:
  /// Keeps the completion until the barrier opens.
  void hold(Completion completion) {
    {
      const std::lock_guard lock(mutex_);
      if (!open_) return held_.push_back(std::move(completion));
    }
    std::move(completion).done();
  }
  void wait() {
    if (passed_.load(std::memory_order_acquire)) return;
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  /// Keeps the coroutine until the barrier opens; false when it is open already.
  bool hold(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock(mutex_);
    if (!open_) coroutines_.push_back(coroutine);
    return !open_;
  }
  /// What is held here is the measurement's own memory, not the framework's.
  void reserve(std::size_t count) {
    held_.reserve(count);
    coroutines_.reserve(count);
  }
  void open() {
    std::vector<Completion> held;
    std::vector<std::coroutine_handle<>> coroutines;
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
      held.swap(held_);
      coroutines.swap(coroutines_);
    }
    passed_.store(true, std::memory_order_release);
    opened_.notify_all();
    for (Completion& completion : held) std::move(completion).done();
    for (const std::coroutine_handle<> coroutine : coroutines) coroutine.resume();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  std::atomic<bool> passed_{false};
  bool open_ = false;                                  // guarded by mutex_
  std::vector<Completion> held_{};                     // guarded by mutex_
  std::vector<std::coroutine_handle<>> coroutines_{};  // guarded by mutex_
};

/// What a coroutine waits for the barrier through.
struct Opened {
  Barrier& barrier;

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  // The opening thread may resume it before this returns, and this awaiter goes with it: the
  // barrier is not touched after that.
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> coroutine) const {
    return barrier.hold(coroutine);
  }
  void await_resume() const noexcept {}
};

strandline::ConsumerConfig config_of(const MemoryOptions& options) {
  strandline::ConsumerConfig config = consumer_config(options.arm, fresh_name());
  config.in_flight.records_max = options.in_flight;
  config.in_flight.records_max_per_partition = options.in_flight;
  config.async_max = static_cast<unsigned>(options.in_flight);
  return config;
}

class Measurement {
 public:
  explicit Measurement(MemoryOptions& options)
      : options_(options),
        topic_(options.arm.bootstrap_servers, options.arm.partitions),
        consumer_(((options.arm.topic = topic_.name()), config_of(options))) {
    barrier_.reserve(options.in_flight);
  }

  int run() {
    std::jthread runner([this] { consume(); });
    settle([this] {
      return consumer_.stats().total().partitions.size() ==
             static_cast<std::size_t>(options_.arm.partitions);
    });
    const Allocations idle = allocations();
    const std::int64_t idle_resident = resident_bytes();
    fill();
    const std::size_t held = settle_in_flight();
    const auto records = static_cast<double>(held);
    nlohmann::json line{{"form", options_.form},
                        {"in_flight", held},
                        {"bytes_per_record",
                         static_cast<double>(allocations().live_bytes - idle.live_bytes) / records},
                        {"resident_bytes_per_record",
                         static_cast<double>(resident_bytes() - idle_resident) / records},
                        {"bound", 64}};
    barrier_.open();
    line["allocations_per_record"] = allocations_when_steady();
    static_cast<void>(
        wait_for_count([this] { return handled_.load(); }, options_.fill.records, late()));
    line["saw_all"] = handled_ == options_.fill.records;
    consumer_.request_stop();
    return print_scenario("memory", options_, std::move(line));
  }

 private:
  void consume() {
    strandline::RunSummary summary;
    if (options_.form == "queued") {
      summary = consumer_.run([this](const Record&) {
        barrier_.wait();
        handled_.fetch_add(1, std::memory_order_relaxed);
      });
    } else if (options_.form == "coroutine") {
      summary = consumer_.run([this](const Record&) { return wait_and_count(); });
    } else {
      summary = consumer_.run([this](const Record&, Completion completion) {
        handled_.fetch_add(1, std::memory_order_relaxed);
        barrier_.hold(std::move(completion));
      });
    }
    if (summary.error) std::cerr << summary.error->message << '\n';
  }

  strandline::Task<void> wait_and_count() {
    handled_.fetch_add(1, std::memory_order_relaxed);
    co_await Opened{barrier_};
  }

  void fill() {
    options_.fill.topic = topic_.name();
    options_.fill.bootstrap_servers = options_.arm.bootstrap_servers;
    fill_topic(options_.fill);
  }

  [[nodiscard]] std::function<bool()> late() const {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(options_.arm.timeout_s);
    return [deadline] { return std::chrono::steady_clock::now() >= deadline; };
  }

  /// Waits for a condition, and then until what it allocates has come to rest.
  void settle(const std::function<bool()>& reached) const {
    const auto overdue = late();
    while (!reached() && !overdue()) std::this_thread::sleep_for(milliseconds(20));
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }

  /// In flight when it has stopped to grow: the gate looks after each batch, so it is not exact.
  std::size_t settle_in_flight() const {
    settle([this] {
      const std::size_t now = consumer_.stats().total().in_flight;
      return now + 1000 >= options_.in_flight || now >= options_.fill.records;
    });
    return consumer_.stats().total().in_flight;
  }

  /// Between the half and nine tenths of the records.
  double allocations_when_steady() {
    const std::uint64_t all = options_.fill.records;
    const auto handled = [this] { return handled_.load(std::memory_order_relaxed); };
    static_cast<void>(wait_for_count(handled, std::max(all / 2, handled() + 1), late()));
    const std::int64_t count = allocations().count;
    const std::uint64_t from = handled();
    static_cast<void>(wait_for_count(handled, all / 10 * 9, late()));
    const std::uint64_t passed = std::max<std::uint64_t>(handled() - from, 1);
    return static_cast<double>(allocations().count - count) / static_cast<double>(passed);
  }

  MemoryOptions& options_;
  TemporaryTopic topic_;
  Barrier barrier_;
  std::atomic<std::uint64_t> handled_{0};
  Consumer consumer_;
};

int measure(MemoryOptions& options) {
  add_settings(options.arm, options.settings);
  return Measurement(options).run();
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  CLI::App app{"Memory of records in flight, as one line of JSON"};
  app.require_subcommand(1);
  bench::MemoryOptions options;
  options.fill.records = 1'000'000;
  options.arm.order = "none";
  CLI::App& command =
      bench::add_scenario(app, "memory", "records in flight, and at steady state", options);
  command.add_option("--form", options.form, "queued, or begun and not answered")
      ->check(CLI::IsMember({"queued", "completion", "coroutine"}));
  command.add_option("--in-flight", options.in_flight, "records held")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return bench::guarded_main([&] { return bench::measure(options); });
}
