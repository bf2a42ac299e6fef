package strandline.bench.peers;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/** The command line that all arms of the bench share. Immutable once parsed. */
public final class Options {
  /** Names of --option that are ours; all others must be properties of KafkaConsumer. */
  private static final Set<String> OWN_OPTIONS =
      Set.of("batch", "commit", "deserializer", "max.pending.records", "mdc");

  private static final Set<String> DESERIALIZERS = Set.of("byte_array", "byte_buffer");

  public String bootstrapServers;
  public String topic;
  public long records = -1;
  public int partitions = -1;
  public String order = "partition";
  public String handler = "record";
  public long workMicros;
  public int concurrency = 1;
  public String mode = "blocking";
  public int passes = 2;
  public long timeoutSeconds = 300;
  private final Map<String, String> options = new TreeMap<>();

  static Options parse(String[] arguments, int first) {
    Options parsed = new Options();
    for (int i = first; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new UsageError(arguments[i] + " needs a value");
      }
      parsed.set(arguments[i], arguments[i + 1]);
    }
    parsed.check();
    return parsed;
  }

  private void set(String name, String value) {
    switch (name) {
      case "--bootstrap-servers" -> bootstrapServers = value;
      case "--topic" -> topic = value;
      case "--records" -> records = number(name, value, 1);
      case "--partitions" -> partitions = (int) number(name, value, 1);
      case "--order" -> order = oneOf(name, value, "partition", "key", "none");
      case "--handler" -> handler = oneOf(name, value, "record", "batch");
      case "--work-us" -> workMicros = number(name, value, 0);
      case "--concurrency" -> concurrency = (int) number(name, value, 1);
      case "--mode" -> mode = oneOf(name, value, "blocking", "async");
      case "--passes" -> passes = (int) number(name, value, 1);
      case "--timeout-s" -> timeoutSeconds = number(name, value, 1);
      case "--option" -> setOption(value);
      default -> throw new UsageError("unknown argument " + name);
    }
  }

  private void setOption(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new UsageError("--option " + text + " is not name=value");
    }
    String name = text.substring(0, equals);
    if (!OWN_OPTIONS.contains(name) && !ConsumerConfig.configNames().contains(name)) {
      throw new UsageError("--option " + name + " is neither an option of an arm nor a property of KafkaConsumer");
    }
    options.put(name, text.substring(equals + 1));
  }

  private void check() {
    if (bootstrapServers == null || topic == null || records < 0 || partitions < 0) {
      throw new UsageError("--bootstrap-servers, --topic, --records and --partitions are needed");
    }
    oneOf("--option deserializer", option("deserializer", "byte_array"), DESERIALIZERS.toArray(String[]::new));
    oneOf("--option commit", option("commit", "default"), "default", "none");
    number("--option batch", option("batch", "1"), 1);
  }

  public String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  public int option(String name, int otherwise) {
    String value = options.get(name);
    return value == null ? otherwise : (int) number("--option " + name, value, 1);
  }

  /** The options that go to KafkaConsumer as they are. */
  public Map<String, String> consumerProperties() {
    Map<String, String> properties = new TreeMap<>(options);
    properties.keySet().removeAll(OWN_OPTIONS);
    return properties;
  }

  public boolean batchHandler() {
    return handler.equals("batch");
  }

  public boolean async() {
    return mode.equals("async");
  }

  public boolean commits() {
    return option("commit", "default").equals("default");
  }

  private static long number(String name, String value, long least) {
    try {
      long parsed = Long.parseLong(value);
      if (parsed >= least && parsed <= (name.equals("--records") ? Long.MAX_VALUE : Integer.MAX_VALUE)) {
        return parsed;
      }
    } catch (NumberFormatException e) {
      // Reported below together with numbers out of range.
    }
    throw new UsageError(name + " " + value + ": a whole number from " + least + " is needed");
  }

  private static String oneOf(String name, String value, String... allowed) {
    for (String one : allowed) {
      if (one.equals(value)) {
        return value;
      }
    }
    throw new UsageError(name + " " + value + ": one of " + String.join(", ", allowed) + " is needed");
  }
}
