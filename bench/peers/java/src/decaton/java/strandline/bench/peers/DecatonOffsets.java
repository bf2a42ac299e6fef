package strandline.bench.peers;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Adds up the offsets of all records that KafkaConsumer hands to Decaton, on the polling thread. KafkaConsumer makes
 * the object and Decaton lets only texts through to it, hence the static field.
 */
public final class DecatonOffsets implements ConsumerInterceptor<byte[], byte[]> {
  /** The pass that runs; set before its consumer is made. */
  private static volatile Tally current;

  private final Tally tally = current;

  static void startPass(Tally tally) {
    current = tally;
  }

  @Override
  public void configure(Map<String, ?> configuration) {}

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    Tally.Slots slots = tally.mine();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      slots.addOffset(record.partition(), record.offset());
    }
    return records;
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}
}
