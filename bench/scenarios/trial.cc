#include "scenarios/trial.h"

#include "common/waiting.h"

#include <iostream>
#include <utility>

namespace bench {

using strandline::Context;
using strandline::Outcome;
using strandline::Record;

Trial::Trial(strandline::ConsumerConfig config, Handling handling)
    : handling_(std::move(handling)), consumer_(std::move(config)), thread_([this] { run(); }) {}

Trial::~Trial() { stop(); }

void Trial::run() {
  strandline::RunSummary summary;
  if (handling_.async) {
    const auto handler = [this](const Record& record,
                                Context& context) -> strandline::Task<Outcome> {
      return handle_async(record, context);
    };
    summary = consumer_.run(handler);
  } else {
    summary = consumer_.run([this](const Record& record, Context& context) {
      note_begin();
      if (handling_.work) {
        const std::chrono::nanoseconds work = handling_.work(record);
        if (work.count() > 0) std::this_thread::sleep_for(work);
      }
      return handling_.done(record, context);
    });
  }
  if (summary.error) std::cerr << summary.error->message << '\n';
}

strandline::Task<Outcome> Trial::handle_async(const Record& record, Context& context) {
  note_begin();
  if (handling_.work) {
    const std::chrono::nanoseconds work = handling_.work(record);
    if (work.count() > 0) co_await context.sleep(work);
  }
  co_return handling_.done(record, context);
}

bool Trial::over() const noexcept {
  const strandline::State state = consumer_.state();
  return state == strandline::State::failed || state == strandline::State::closed;
}

bool Trial::wait_for(const std::function<std::uint64_t()>& handled, std::uint64_t expected,
                     unsigned timeout_s) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s);
  return wait_until(handled, expected, [this, deadline] {
    return over() || std::chrono::steady_clock::now() >= deadline;
  });
}

bool Trial::wait_until(const std::function<std::uint64_t()>& handled, std::uint64_t expected,
                       const std::function<bool()>& give_up) {
  const bool reached = wait_for_count(handled, expected, give_up);
  end_ = std::chrono::steady_clock::now();
  return reached;
}

void Trial::stop() {
  consumer_.request_stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace bench
