#include "latency/receivers.h"

#include <strandline/strandline.h>

#include "common/config.h"
#include "common/raw_client.h"
#include "latency/load.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

namespace bench {

void Samples::note(std::string_view value) {
  const std::int64_t now =
      std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  const Stamp stamp = stamp_of(value);
  if (stamp.measured != 0) {
    // The clock has been read before; with one worker nobody else wants the lock.
    const std::lock_guard lock(mutex_);
    latencies_.push_back(now - stamp.sent_ns);
  }
  received_.fetch_add(1, std::memory_order_relaxed);
}

std::vector<std::int64_t> Samples::sorted() const {
  std::vector<std::int64_t> all = latencies_;
  std::ranges::sort(all);
  return all;
}

void receive_raw(const Options& options, Samples& samples, const std::function<bool()>& done) {
  const RawClient client = connect_raw(options, fresh_name());
  while (!done()) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client.get(), 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      samples.note({static_cast<const char*>(message->payload), message->len});
    }
    rd_kafka_message_destroy(message);
  }
}

void receive_strandline(const Options& options, Samples& samples,
                        const std::function<bool()>& done) {
  strandline::Consumer consumer(consumer_config(options, fresh_name()));
  std::jthread runner([&] {
    const strandline::RunSummary summary = consumer.run(
        [&samples](const strandline::Record& record) { samples.note(record.value()); });
    if (summary.error) std::cerr << summary.error->message << '\n';
  });
  while (!done()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  consumer.request_stop();
}

}  // namespace bench
