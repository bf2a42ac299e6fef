#include "common/config.h"
#include "common/raw_arm.h"
#include "common/raw_client.h"

#include <sys/types.h>

#include <memory>
#include <vector>

// The fastest loop over librdkafka that is safe: batches of the consumer's queue. Everything a
// framework adds is measured against it.
namespace {

struct DestroyQueue {
  void operator()(rd_kafka_queue_t* queue) const noexcept { rd_kafka_queue_destroy(queue); }
};

void handle_all(bench::RawPass& pass, const std::vector<rd_kafka_message_t*>& messages,
                std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_message_t& message = *messages[i];
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      pass.handle(message.partition, message.offset, message.len);
    }
    if (pass.overdue_in_passing()) break;
  }
  for (std::size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages[i]);
}

void batch_loop(const bench::Options& options, bench::RawPass& pass) {
  const std::size_t batch = bench::consumer_config(options, "unused").fetch.batch_records_max;
  const bench::RawClient client = bench::connect_raw(options, bench::fresh_name());
  const std::unique_ptr<rd_kafka_queue_t, DestroyQueue> queue{
      rd_kafka_queue_get_consumer(client.get())};
  std::vector<rd_kafka_message_t*> messages(batch);
  const std::uint64_t expected = pass.expected();
  while (pass.handled() < expected) {
    // Without a wait it takes what is there. With one it would wait until the array is full, so a
    // wait is for one message only.
    ssize_t count = rd_kafka_consume_batch_queue(queue.get(), 0, messages.data(), batch);
    if (count == 0) count = rd_kafka_consume_batch_queue(queue.get(), 100, messages.data(), 1);
    if (count > 0) handle_all(pass, messages, static_cast<std::size_t>(count));
    if (pass.overdue()) break;
  }
  pass.end();
}

}  // namespace

int main(int argc, char** argv) { return bench::raw_arm_main(argc, argv, "raw_batch", batch_loop); }
