package strandline.bench.peers;

import java.io.File;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** KafkaConsumer's properties as every JVM arm uses them, and the versions of what runs. */
public final class Clients {
  private static final String SERIALIZATION = "org.apache.kafka.common.serialization.";

  private Clients() {}

  /** A group of its own each time; what the caller sets after that is the arm's, what --option says comes last. */
  public static Properties properties(Options options) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, options.bootstrapServers);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, "bench-" + UUID.randomUUID());
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // A ByteBuffer is a view of the fetched bytes, a byte[] a copy.
    String deserializer =
        options.option("deserializer", "byte_array").equals("byte_buffer")
            ? SERIALIZATION + "ByteBufferDeserializer"
            : SERIALIZATION + "ByteArrayDeserializer";
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, deserializer);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, deserializer);
    return properties;
  }

  /** "kafka-clients-4.2.0": the jar a class comes from, since not every jar's manifest names its version. */
  public static String jarOf(Class<?> type) {
    String name = new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getName();
    return name.endsWith(".jar") ? name.substring(0, name.length() - 4) : name;
  }
}
