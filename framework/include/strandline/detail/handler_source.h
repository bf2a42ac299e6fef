#pragma once

#include <strandline/detail/frame_memory.h>
#include <strandline/handler.h>
#include <strandline/task.h>

#include <concepts>
#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

/// Turns whatever the user hands to `Consumer::run` into one of three virtual interfaces. The only
/// templates of the framework: everything behind them is compiled once.
namespace strandline::detail {

using AnyHandler = std::variant<std::shared_ptr<Handler>, std::shared_ptr<BatchHandler>,
                                std::shared_ptr<AsyncHandler>>;

enum class HandlerKind : std::uint8_t { record, batch, async };

/// Where a strand gets its handler from. `make` is called on the poller thread.
struct HandlerSource {
  HandlerKind kind;
  std::function<AnyHandler(const StrandInfo&)> make;
  /// A factory's product per strand, as against one handler that all strands share.
  bool per_strand = false;
};

template <class R>
concept RecordResult = std::is_void_v<R> || std::same_as<R, Outcome>;
template <class R>
concept BatchResult = RecordResult<R> || std::same_as<R, BatchOutcome>;
template <class R>
concept TaskResult = std::same_as<R, Task<void>> || std::same_as<R, Task<Outcome>>;

template <class F, class... Args>
concept Takes = std::invocable<F&, Args...>;
template <class F, class... Args>
using ResultOf = std::invoke_result_t<F&, Args...>;

// A callable that also takes an int in the record's place takes anything (a generic lambda with
// `auto` parameters, a variadic): which form is meant cannot be told, so it is refused.
template <class F>
concept TakesAnything = Takes<F, int> || Takes<F, int, Context&> || Takes<F, int, Completion>;

template <class F>
concept TakesRecord = Takes<F, const Record&> && RecordResult<ResultOf<F, const Record&>>;
template <class F>
concept TakesRecordContext =
    Takes<F, const Record&, Context&> && RecordResult<ResultOf<F, const Record&, Context&>>;
template <class F>
concept TakesBatch = Takes<F, const Batch&> && BatchResult<ResultOf<F, const Batch&>>;
template <class F>
concept TakesBatchContext =
    Takes<F, const Batch&, Context&> && BatchResult<ResultOf<F, const Batch&, Context&>>;
template <class F>
concept TakesCompletion =
    Takes<F, const Record&, Completion> && std::is_void_v<ResultOf<F, const Record&, Completion>>;
template <class F>
concept TakesContextCompletion = Takes<F, const Record&, Context&, Completion> &&
                                 std::is_void_v<ResultOf<F, const Record&, Context&, Completion>>;
template <class F>
concept IsCoroutine = Takes<F, const Record&> && TaskResult<ResultOf<F, const Record&>>;
template <class F>
concept IsCoroutineContext =
    Takes<F, const Record&, Context&> && TaskResult<ResultOf<F, const Record&, Context&>>;

template <class F>
inline constexpr int kForms =
    int{TakesRecord<F>} + int{TakesRecordContext<F>} + int{TakesBatch<F>} +
    int{TakesBatchContext<F>} + int{TakesCompletion<F>} + int{TakesContextCompletion<F>} +
    int{IsCoroutine<F>} + int{IsCoroutineContext<F>};

template <class P>
struct FactoryProduct {};
template <class H>
struct FactoryProduct<std::unique_ptr<H>> {
  using type = H;
};
template <class F>
concept HandlerFactory = Takes<F, const StrandInfo&> && requires {
  typename FactoryProduct<ResultOf<F, const StrandInfo&>>::type;
};

/// Runs a coroutine handler and turns its end into the completion's answer. Eager and self-owned:
/// its frame goes when it has ended, and nobody waits for it.
struct Detached {
  struct promise_type : FrameMemory {
    [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    // Everything that can throw is inside the try block of `drive`.
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

void answer(Completion completion, Outcome outcome, Context& context) noexcept;

template <class T>
Detached drive(Task<T> task, Context& context, Completion completion) {
  std::exception_ptr thrown;
  Outcome outcome = Outcome::done;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      outcome = co_await std::move(task);
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    std::move(completion).retry(thrown);
  } else {
    answer(std::move(completion), outcome, context);
  }
}

template <class F>
class RecordFunction final : public Handler {
 public:
  explicit RecordFunction(F function) : function_(std::move(function)) {}
  Outcome handle(const Record& record, Context& context) override {
    if constexpr (TakesRecordContext<F>) {
      return outcome_of([&]() -> decltype(auto) { return function_(record, context); });
    } else {
      return outcome_of([&]() -> decltype(auto) { return function_(record); });
    }
  }

 private:
  template <class Call>
  static Outcome outcome_of(Call call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return Outcome::done;
    } else {
      return call();
    }
  }
  F function_;
};

/// A whole batch answered with one word. `dead_letter` applies to each of its records.
[[nodiscard]] BatchOutcome batch_outcome(Outcome outcome, const Batch& batch, Context& context);

template <class F>
class BatchFunction final : public BatchHandler {
 public:
  explicit BatchFunction(F function) : function_(std::move(function)) {}
  BatchOutcome handle(const Batch& batch, Context& context) override {
    if constexpr (TakesBatchContext<F>) {
      return outcome_of([&]() -> decltype(auto) { return function_(batch, context); }, batch,
                        context);
    } else {
      return outcome_of([&]() -> decltype(auto) { return function_(batch); }, batch, context);
    }
  }

 private:
  template <class Call>
  static BatchOutcome outcome_of(Call call, const Batch& batch, Context& context) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return BatchOutcome::done();
    } else if constexpr (std::same_as<decltype(call()), Outcome>) {
      return batch_outcome(call(), batch, context);
    } else {
      return call();
    }
  }
  F function_;
};

template <class F>
class AsyncFunction final : public AsyncHandler {
 public:
  explicit AsyncFunction(F function) : function_(std::move(function)) {}
  void handle(const Record& record, Context& context, Completion completion) override {
    if constexpr (TakesContextCompletion<F>) {
      function_(record, context, std::move(completion));
    } else if constexpr (TakesCompletion<F>) {
      function_(record, std::move(completion));
    } else if constexpr (IsCoroutineContext<F>) {
      drive(function_(record, context), context, std::move(completion));
    } else {
      drive(function_(record), context, std::move(completion));
    }
  }

 private:
  F function_;
};

template <class H>
[[nodiscard]] constexpr HandlerKind kind_of() {
  static_assert(std::derived_from<H, Handler> + std::derived_from<H, BatchHandler> +
                        std::derived_from<H, AsyncHandler> ==
                    1,
                "strandline: derive from exactly one of Handler, BatchHandler, AsyncHandler");
  if constexpr (std::derived_from<H, BatchHandler>) return HandlerKind::batch;
  if constexpr (std::derived_from<H, AsyncHandler>) return HandlerKind::async;
  return HandlerKind::record;
}

template <class H>
[[nodiscard]] AnyHandler any_handler(std::shared_ptr<H> handler) {
  if constexpr (kind_of<H>() == HandlerKind::batch) {
    return std::shared_ptr<BatchHandler>(std::move(handler));
  } else if constexpr (kind_of<H>() == HandlerKind::async) {
    return std::shared_ptr<AsyncHandler>(std::move(handler));
  } else {
    return std::shared_ptr<Handler>(std::move(handler));
  }
}

template <class H>
[[nodiscard]] HandlerSource shared_source(std::shared_ptr<H> handler) {
  return {kind_of<H>(), [any = any_handler(std::move(handler))](const StrandInfo&) { return any; }};
}

/// The one place that decides which form a callable is.
template <class F>
[[nodiscard]] HandlerSource source_of(F function) {
  if constexpr (HandlerFactory<F>) {
    using H = typename FactoryProduct<ResultOf<F, const StrandInfo&>>::type;
    return {kind_of<H>(),
            [make = std::move(function)](const StrandInfo& strand) mutable {
              std::shared_ptr<H> handler(make(strand));
              // Here the poller still knows which strand asked; on a worker it would be a crash.
              if (!handler) throw std::runtime_error("it returned a null pointer");
              return any_handler(std::move(handler));
            },
            true};
  } else {
    static_assert(
        !TakesAnything<F>,
        "strandline: a handler must name its parameter types (const Record&, const Batch&, "
        "Context&, Completion); with `auto` the form cannot be told");
    static_assert(kForms<F> <= 1,
                  "strandline: ambiguous handler: it can be called in more than one form");
    static_assert(kForms<F> != 0,
                  "strandline: not a handler. Forms: void|Outcome (const Record& [, Context&]); "
                  "void|Outcome|BatchOutcome (const Batch& [, Context&]); "
                  "void (const Record& [, Context&], Completion); "
                  "Task<void>|Task<Outcome> (const Record& [, Context&]); "
                  "or a factory std::unique_ptr<Handler> (const StrandInfo&)");
    if constexpr (TakesRecord<F> || TakesRecordContext<F>) {
      return shared_source(std::make_shared<RecordFunction<F>>(std::move(function)));
    } else if constexpr (TakesBatch<F> || TakesBatchContext<F>) {
      return shared_source(std::make_shared<BatchFunction<F>>(std::move(function)));
    } else {
      return shared_source(std::make_shared<AsyncFunction<F>>(std::move(function)));
    }
  }
}

}  // namespace strandline::detail
