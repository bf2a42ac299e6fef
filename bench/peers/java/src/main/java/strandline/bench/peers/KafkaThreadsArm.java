package strandline.bench.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * KafkaConsumer with threads as applications write it: each poll's records are split over C lanes, and the next poll
 * waits for all of them, so that the auto commit never passes unfinished work.
 */
final class KafkaThreadsArm implements Arm {
  // A slow handler needs polls that fill all lanes many times over, since each poll ends with its slowest lane.
  private static final String BEST_MAX_POLL_RECORDS_WITH_WORK = "50000";
  private static final Duration POLL = Duration.ofMillis(100);

  private static String maxPollRecords(Options options) {
    return options.workMicros > 0 ? BEST_MAX_POLL_RECORDS_WITH_WORK : KafkaConsumerArm.BEST_MAX_POLL_RECORDS;
  }

  @Override
  public String unavailable(Options options) {
    return null;
  }

  @Override
  public void consume(Options options, Handler handler) throws InterruptedException, ExecutionException {
    ExecutorService lanes = Executors.newFixedThreadPool(options.concurrency);
    try (KafkaConsumer<Object, Object> consumer = KafkaConsumerArm.subscribe(options, maxPollRecords(options))) {
      List<Future<?>> running = new ArrayList<>();
      while (!handler.tally().over()) {
        ConsumerRecords<Object, Object> records = consumer.poll(POLL);
        if (records.isEmpty()) {
          continue;
        }
        handler.tally().started();
        for (List<List<ConsumerRecord<Object, Object>>> lane : split(options, records)) {
          if (!lane.isEmpty()) {
            running.add(lanes.submit(() -> runLane(handler, lane)));
          }
        }
        for (Future<?> one : running) {
          one.get();
        }
        running.clear();
      }
    } finally {
      lanes.shutdownNow();
    }
  }

  private static void runLane(Handler handler, List<List<ConsumerRecord<Object, Object>>> batches) {
    Tally.Slots slots = handler.tally().mine();
    for (List<ConsumerRecord<Object, Object>> batch : batches) {
      KafkaConsumerArm.handleAll(handler, slots, batch);
    }
  }

  private static List<List<List<ConsumerRecord<Object, Object>>>> split(
      Options options, ConsumerRecords<Object, Object> records) {
    List<List<List<ConsumerRecord<Object, Object>>>> lanes = new ArrayList<>(options.concurrency);
    for (int i = 0; i < options.concurrency; i++) {
      lanes.add(new ArrayList<>());
    }
    if (options.order.equals("partition")) {
      for (TopicPartition partition : records.partitions()) {
        lanes.get(partition.partition() % options.concurrency).add(records.records(partition));
      }
      return lanes;
    }
    int next = 0;
    for (ConsumerRecord<Object, Object> record : records) {
      int lane = options.order.equals("key") ? hash(record.key()) : next++;
      List<List<ConsumerRecord<Object, Object>>> batches = lanes.get((lane & 0x7fffffff) % options.concurrency);
      if (batches.isEmpty()) {
        batches.add(new ArrayList<>());
      }
      batches.get(0).add(record);
    }
    return lanes;
  }

  private static int hash(Object key) {
    return key instanceof byte[] bytes ? Arrays.hashCode(bytes) : key == null ? 0 : key.hashCode();
  }

  @Override
  public void describe(Options options, Map<String, Object> settings) {
    settings.put("max.poll.records", maxPollRecords(options));
    settings.put("lanes", options.concurrency);
    settings.put("wait", "each poll waits for all lanes");
    KafkaConsumerArm.describeCommit(options, settings);
  }
}
