#include "support/live_consumer.h"

#include "support/waiting.h"

#include <cstdio>
#include <cstdlib>

namespace strandline::testing {

LiveConsumer::LiveConsumer(ConsumerConfig config, Run run) : consumer_(std::move(config)) {
  std::packaged_task<RunSummary()> task([this, run = std::move(run)] { return run(consumer_); });
  ended_ = task.get_future();
  thread_ = std::thread(std::move(task));
}

LiveConsumer::~LiveConsumer() {
  if (ended_.valid()) stop(StopMode::now);
}

bool LiveConsumer::has_ended() const {
  return ended_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

RunSummary LiveConsumer::join() {
  if (ended_.wait_for(kDeadline) != std::future_status::ready) {
    std::fputs("Consumer::run has not returned before the test's deadline\n", stderr);
    std::abort();
  }
  thread_.join();
  return ended_.get();
}

RunSummary LiveConsumer::stop(StopMode mode) {
  consumer_.request_stop(mode);
  return join();
}

}  // namespace strandline::testing
