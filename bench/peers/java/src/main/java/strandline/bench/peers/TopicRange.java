package strandline.bench.peers;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** The offsets a topic holds, asked for before the first pass. Immutable. */
final class TopicRange {
  private final long[] begin;
  private final long[] end;

  private TopicRange(long[] begin, long[] end) {
    this.begin = begin;
    this.end = end;
  }

  static TopicRange of(Options options) {
    try (KafkaConsumer<Object, Object> consumer = new KafkaConsumer<>(Clients.properties(options))) {
      int found = consumer.partitionsFor(options.topic).size();
      if (found != options.partitions) {
        throw new UsageError("topic " + options.topic + " has " + found + " partitions, not " + options.partitions);
      }
      List<TopicPartition> partitions =
          IntStream.range(0, found).mapToObj(p -> new TopicPartition(options.topic, p)).toList();
      Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      TopicRange range =
          new TopicRange(
              partitions.stream().mapToLong(begins::get).toArray(),
              partitions.stream().mapToLong(ends::get).toArray());
      if (range.records() != options.records) {
        throw new UsageError(
            "topic " + options.topic + " holds " + range.records() + " records, not " + options.records);
      }
      return range;
    }
  }

  int partitions() {
    return begin.length;
  }

  long count(int partition) {
    return end[partition] - begin[partition];
  }

  /** The sum of all offsets of the partition. Wraps like the sum it is compared with. */
  long offsetSum(int partition) {
    long n = count(partition);
    return n * begin[partition] + (n % 2 == 0 ? n / 2 * (n - 1) : (n - 1) / 2 * n);
  }

  long records() {
    return IntStream.range(0, begin.length).mapToLong(this::count).sum();
  }
}
