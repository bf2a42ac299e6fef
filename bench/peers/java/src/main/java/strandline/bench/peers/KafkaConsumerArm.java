package strandline.bench.peers;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** KafkaConsumer alone: one thread polls and handles. */
final class KafkaConsumerArm implements Arm {
  static final String BEST_MAX_POLL_RECORDS = "5000";
  private static final Duration POLL = Duration.ofMillis(100);

  static KafkaConsumer<Object, Object> subscribe(Options options, String maxPollRecords) {
    Properties properties = Clients.properties(options);
    properties.put("max.poll.records", maxPollRecords);
    properties.put("enable.auto.commit", String.valueOf(options.commits()));
    properties.putAll(options.consumerProperties());
    KafkaConsumer<Object, Object> consumer = new KafkaConsumer<>(properties);
    consumer.subscribe(List.of(options.topic));
    return consumer;
  }

  @Override
  public String unavailable(Options options) {
    return options.concurrency > 1 ? "KafkaConsumer alone handles records on one thread" : null;
  }

  @Override
  public void consume(Options options, Handler handler) {
    try (KafkaConsumer<Object, Object> consumer = subscribe(options, BEST_MAX_POLL_RECORDS)) {
      Tally.Slots slots = handler.tally().mine();
      while (!handler.tally().over()) {
        ConsumerRecords<Object, Object> records = consumer.poll(POLL);
        if (records.isEmpty()) {
          continue;
        }
        handler.tally().started();
        if (options.batchHandler()) {
          for (TopicPartition partition : records.partitions()) {
            handleAll(handler, slots, records.records(partition));
          }
        } else {
          for (ConsumerRecord<Object, Object> record : records) {
            handler.record(slots, record.partition(), record.offset(), record.serializedValueSize());
          }
          handler.batchDone(records.count());
        }
      }
    }
  }

  /** One batch of one thread. */
  static void handleAll(Handler handler, Tally.Slots slots, List<ConsumerRecord<Object, Object>> records) {
    for (ConsumerRecord<Object, Object> record : records) {
      handler.record(slots, record.partition(), record.offset(), record.serializedValueSize());
    }
    handler.batchDone(records.size());
  }

  @Override
  public void describe(Options options, Map<String, Object> settings) {
    settings.put("max.poll.records", BEST_MAX_POLL_RECORDS);
    describeCommit(options, settings);
  }

  static void describeCommit(Options options, Map<String, Object> settings) {
    settings.put("commit", options.commits() ? "enable.auto.commit, every 5 s (default)" : "none");
  }
}
