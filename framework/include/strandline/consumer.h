#pragma once

#include <strandline/config.h>
#include <strandline/detail/handler_source.h>
#include <strandline/handler.h>
#include <strandline/result.h>
#include <strandline/stats.h>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>

namespace strandline {

enum class StopMode : std::uint8_t {
  drain,  ///< let running handlers finish, commit, leave the group
  now,    ///< commit what is finished, leave the group, wait for nobody
};

/// A Kafka consumer that runs a handler over its records, many at a time, in the order asked for.
///
///   Consumer consumer{{.bootstrap_servers = "localhost:9092", .group_id = "orders", .topics =
///   {"orders"}}}; consumer.run([](const Record& record) { index(record.key(), record.value()); });
///
/// At least once: the commit position of a partition never passes a record that is not finished.
/// Thread safety: `request_stop`, `state` and `stats` from any thread at any time; the rest from
/// one. Ownership: the handler (unless passed by reference) and all threads belong to the consumer.
class Consumer {
 public:
  /// Throws ConfigError with all faults. Does not connect.
  explicit Consumer(ConsumerConfig config);
  /// The same, with the faults as one Error.
  [[nodiscard]] static Result<Consumer> create(ConsumerConfig config);

  Consumer(Consumer&&) noexcept;
  Consumer& operator=(Consumer&&) noexcept;
  /// Stops without draining when `run` is still going on in another thread.
  ~Consumer();

  /// Runs until a stop is requested or the failure policy or a fatal error ends it. Blocks; may be
  /// called once. The parameter list of `handler` picks the form (see handler.h); a form that is
  /// none of them does not compile. Never throws for anything that happens while running: the
  /// summary says what was left and why it ended.
  template <class F>
    requires(!std::derived_from<std::remove_cvref_t<F>, Handler> &&
             !std::derived_from<std::remove_cvref_t<F>, BatchHandler> &&
             !std::derived_from<std::remove_cvref_t<F>, AsyncHandler>)
  RunSummary run(F&& handler, const std::stop_token& stop = {}) {
    return run_source(detail::source_of(std::decay_t<F>(std::forward<F>(handler))), stop);
  }
  /// Shares one handler object, not owned, between all workers: `handle` must be thread-safe.
  RunSummary run(Handler& handler, const std::stop_token& stop = {});
  RunSummary run(BatchHandler& handler, const std::stop_token& stop = {});
  RunSummary run(AsyncHandler& handler, const std::stop_token& stop = {});

  /// Before, during and after `run`; async-signal-unsafe (use SignalStop for signals). A second
  /// call with `now` cuts a drain short.
  void request_stop(StopMode mode = StopMode::drain) noexcept;

  [[nodiscard]] State state() const noexcept;
  /// A snapshot some 100 ms old at most while running.
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] const ConsumerConfig& config() const noexcept;

 private:
  class Impl;
  explicit Consumer(std::shared_ptr<Impl> impl) noexcept;
  RunSummary run_source(const detail::HandlerSource& source, const std::stop_token& stop);

  std::shared_ptr<Impl> impl_;
};

}  // namespace strandline
