#include "common/filler.h"

#include "common/producer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace bench {

namespace {

/// SplitMix64: the same numbers on every machine, which std's distributions do not promise.
std::uint64_t next_random(std::uint64_t& state) noexcept {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    *static_cast<rd_kafka_resp_err_t*>(opaque) = message->err;
  }
}

Producer connect(const FillOptions& options, rd_kafka_resp_err_t& refused) {
  return connect_producer({{"bootstrap.servers", options.bootstrap_servers},
                           {"compression.codec", options.compression},
                           {"linger.ms", "50"},
                           {"batch.num.messages", "10000"},
                           {"batch.size", "900000"},
                           {"queue.buffering.max.messages", "500000"},
                           {"queue.buffering.max.kbytes", "400000"},
                           // A retry must not put a record in twice: the arms check the number.
                           {"enable.idempotence", "true"}},
                          on_delivery, &refused);
}

/// Text of a few hundred words: it shrinks under lz4 as log lines do, neither to nothing nor not at
/// all.
std::vector<std::string> make_values(const FillOptions& options) {
  std::uint64_t state = options.seed;
  std::vector<std::string> words(512);
  for (std::string& word : words) {
    const std::size_t length = 4 + next_random(state) % 9;
    for (std::size_t i = 0; i < length; ++i) {
      word += static_cast<char>('a' + next_random(state) % 26);
    }
  }
  std::vector<std::string> values(4096);
  for (std::string& value : values) {
    while (value.size() < options.size) value += words[next_random(state) % words.size()] + ' ';
    value.resize(options.size);
  }
  return values;
}

void produce(rd_kafka_t* client, const FillOptions& options, const std::string& key,
             std::string& value) {
  for (;;) {
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(options.topic.c_str()), RD_KAFKA_V_KEY(key.data(), key.size()),
        RD_KAFKA_V_VALUE(value.data(), value.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      throw std::runtime_error(std::string("producing: ") + rd_kafka_err2str(error));
    }
    rd_kafka_poll(client, 10);
  }
}

}  // namespace

KeyDraw::KeyDraw(std::uint64_t keys, double zipf, std::uint64_t seed) : keys_(keys), state_(seed) {
  if (zipf <= 0.0) return;
  cumulative_.reserve(keys);
  double sum = 0.0;
  for (std::uint64_t k = 0; k < keys; ++k) {
    sum += std::pow(static_cast<double>(k + 1), -zipf);
    cumulative_.push_back(sum);
  }
}

double KeyDraw::unit() { return static_cast<double>(next_random(state_) >> 11) * 0x1.0p-53; }

std::uint64_t KeyDraw::next() {
  if (cumulative_.empty()) return next_random(state_) % keys_;
  const auto drawn = std::ranges::upper_bound(cumulative_, unit() * cumulative_.back());
  return std::min(static_cast<std::uint64_t>(drawn - cumulative_.begin()), keys_ - 1);
}

std::string key_text(std::uint64_t key) {
  std::array<char, 32> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%08llu", static_cast<unsigned long long>(key));
  return {text.data(), static_cast<std::size_t>(length)};
}

void fill_topic(const FillOptions& options) {
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  const Producer client = connect(options, refused);
  std::vector<std::string> values = make_values(options);
  KeyDraw keys(options.keys, options.zipf, options.seed);
  for (std::uint64_t i = 0; i < options.records; ++i) {
    produce(client.get(), options, key_text(keys.next()), values[i % values.size()]);
    if (i % 1000 == 0) rd_kafka_poll(client.get(), 0);
  }
  const rd_kafka_resp_err_t flushed = rd_kafka_flush(client.get(), 120'000);
  if (refused == RD_KAFKA_RESP_ERR_NO_ERROR) refused = flushed;
  if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(std::string("a record was not taken: ") + rd_kafka_err2str(refused));
  }
}

}  // namespace bench
