#include "common/raw_arm.h"
#include "common/raw_client.h"

// The loop of every introduction to librdkafka: one message a call.
namespace {

void poll_loop(const bench::Options& options, bench::RawPass& pass) {
  const bench::RawClient client = bench::connect_raw(options, bench::fresh_name());
  const std::uint64_t expected = pass.expected();
  while (pass.handled() < expected) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client.get(), 100);
    if (message == nullptr) {
      if (pass.overdue()) break;
      continue;
    }
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      pass.handle(message->partition, message->offset, message->len);
    }
    rd_kafka_message_destroy(message);
    if (pass.overdue_in_passing()) break;
  }
  pass.end();
}

}  // namespace

int main(int argc, char** argv) { return bench::raw_arm_main(argc, argv, "raw_poll", poll_loop); }
