#include "latency/load.h"

#include "common/producer.h"

#include <cstring>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

rd_kafka_t* as_client(void* client) noexcept { return static_cast<rd_kafka_t*>(client); }

Producer connect(const LoadOptions& options) {
  return connect_producer({{"bootstrap.servers", options.bootstrap_servers},
                           {"linger.ms", options.linger_ms},
                           {"acks", "1"},
                           {"queue.buffering.max.messages", "1000000"}});
}

}  // namespace

Stamp stamp_of(std::string_view value) noexcept {
  Stamp stamp;
  if (value.size() >= sizeof stamp) std::memcpy(&stamp, value.data(), sizeof stamp);
  return stamp;
}

Load::Load(LoadOptions options)
    : options_(std::move(options)),
      client_(connect(options_).release()),
      value_(options_.size, 'v') {
  if (value_.size() < sizeof(Stamp)) value_.resize(sizeof(Stamp));
  thread_ = std::thread([this] { run(); });
}

Load::~Load() {
  wait();
  rd_kafka_destroy(as_client(client_));
}

void Load::wait() {
  if (thread_.joinable()) thread_.join();
}

void Load::send(std::int32_t partition, std::int64_t now_ns, bool measured) {
  const Stamp stamp{now_ns, measured ? 1 : 0};
  std::memcpy(value_.data(), &stamp, sizeof stamp);
  while (rd_kafka_producev(as_client(client_), RD_KAFKA_V_TOPIC(options_.topic.c_str()),
                           RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(&sent_, sizeof sent_),
                           RD_KAFKA_V_VALUE(value_.data(), value_.size()),
                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                           RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    rd_kafka_poll(as_client(client_), 1);
  }
  ++sent_;
  if (measured) ++measured_;
}

void Load::run() {
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + options_.warm_up + options_.duration;
  // A tick of half a millisecond sends what has become due; finer ones would only burn the core.
  std::int32_t tick = 0;
  for (Clock::time_point now = start; now < end; now = Clock::now()) {
    const double due = std::chrono::duration<double>(now - start).count() * options_.rate;
    const bool measured = now - start >= options_.warm_up;
    while (static_cast<double>(sent_) < due) {
      send(tick % options_.partitions,
           Clock::now().time_since_epoch() / std::chrono::nanoseconds(1), measured);
    }
    ++tick;
    rd_kafka_poll(as_client(client_), 0);
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  achieved_rate_ =
      static_cast<double>(sent_) / std::chrono::duration<double>(Clock::now() - start).count();
  rd_kafka_flush(as_client(client_), 30'000);
}

}  // namespace bench
