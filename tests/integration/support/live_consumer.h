#pragma once

#include <strandline/consumer.h>

#include <functional>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace strandline::testing {

/// A consumer whose `run` goes on in a thread of its own until the test stops it.
/// Thread safety: one thread, except for what `Consumer` itself allows.
class LiveConsumer {
 public:
  using Run = std::function<RunSummary(Consumer&)>;

  LiveConsumer(ConsumerConfig config, Run run);
  /// With anything that `Consumer::run` takes.
  template <class H>
    requires(!std::is_invocable_r_v<RunSummary, H&, Consumer&>)
  LiveConsumer(ConsumerConfig config, H handler)
      : LiveConsumer(std::move(config), Run([handler = std::move(handler)](Consumer& consumer) {
                       return consumer.run(handler);
                     })) {}
  LiveConsumer(const LiveConsumer&) = delete;
  LiveConsumer& operator=(const LiveConsumer&) = delete;
  ~LiveConsumer();

  [[nodiscard]] Consumer& operator*() noexcept { return consumer_; }
  [[nodiscard]] Consumer* operator->() noexcept { return &consumer_; }
  [[nodiscard]] InstanceStats total() const { return consumer_.stats().total(); }

  [[nodiscard]] bool has_ended() const;
  /// Waits until `run` has returned. Ends the program when it does not: nothing after that would
  /// be worth reading.
  RunSummary join();
  RunSummary stop(StopMode mode = StopMode::drain);

 private:
  Consumer consumer_;
  std::future<RunSummary> ended_;
  std::thread thread_;
};

}  // namespace strandline::testing
