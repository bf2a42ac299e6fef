#pragma once

#include <strandline/strandline.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

namespace bench {

/// What a scenario does with a record.
struct Handling {
  /// How long the record's work takes; empty: no time.
  std::function<std::chrono::nanoseconds(const strandline::Record&)> work{};
  /// After the work, on the thread that did it.
  std::function<strandline::Outcome(const strandline::Record&, strandline::Context&)> done;
  /// The work holds no thread.
  bool async = false;
};

/// A consumer that runs on a thread of its own until it is stopped or this object goes.
class Trial {
 public:
  Trial(strandline::ConsumerConfig config, Handling handling);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial();

  /// True when the count was reached; false when the consumer ended by itself, or at the deadline.
  bool wait_for(const std::function<std::uint64_t()>& handled, std::uint64_t expected,
                unsigned timeout_s);
  /// The same, given up when `give_up` says so; may be called again then.
  bool wait_until(const std::function<std::uint64_t()>& handled, std::uint64_t expected,
                  const std::function<bool()>& give_up);
  /// From the first record to the last one waited for.
  [[nodiscard]] double seconds() const noexcept {
    return std::chrono::duration<double>(end_ - start_).count();
  }
  /// Returns when the handlers that run have finished: they use what the scenario owns.
  void stop();
  [[nodiscard]] bool over() const noexcept;
  [[nodiscard]] strandline::Consumer& consumer() noexcept { return consumer_; }

 private:
  void run();
  void note_begin() {
    if (begun_.load(std::memory_order_relaxed)) [[likely]]
      return;
    std::call_once(first_, [this] {
      start_ = std::chrono::steady_clock::now();
      begun_ = true;
    });
  }
  strandline::Task<strandline::Outcome> handle_async(const strandline::Record& record,
                                                     strandline::Context& context);

  Handling handling_;
  strandline::Consumer consumer_;
  std::once_flag first_;
  std::atomic<bool> begun_{false};
  std::chrono::steady_clock::time_point start_{};  // set before begun_
  std::chrono::steady_clock::time_point end_{};
  std::thread thread_;
};

}  // namespace bench
