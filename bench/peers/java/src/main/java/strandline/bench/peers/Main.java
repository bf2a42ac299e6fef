package strandline.bench.peers;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;

/** Runs one arm and prints its JSON line. Exit codes: 0, 1 not all seen, 2 usage, 77 skipped. */
public final class Main {
  private static final int NOT_ALL_SEEN = 1;
  private static final int USAGE = 2;
  private static final int SKIPPED = 77;
  private static final String NO_DECATON = "DECATON_HOME names no directory with Decaton's built jars";
  private static final String ARMS = "kafka_consumer, kafka_consumer_threads, parallel_consumer, decaton";

  private Main() {}

  public static void main(String[] arguments) {
    int code;
    try {
      code = run(arguments);
    } catch (UsageError e) {
      System.err.println("error: " + e.getMessage());
      code = USAGE;
    } catch (Exception e) {
      e.printStackTrace();
      code = NOT_ALL_SEEN;
    }
    end(code);
  }

  /** Threads that a library leaves behind must not keep the process alive, nor its hooks. */
  private static void end(int code) {
    System.out.flush();
    Runtime.getRuntime().halt(code);
  }

  private static int run(String[] arguments) throws Exception {
    if (arguments.length == 0) {
      throw new UsageError("usage: run_arm.sh ARM --bootstrap-servers ...; arms: " + ARMS);
    }
    String name = arguments[0];
    Options options = Options.parse(arguments, 1);
    Arm arm = arm(name);
    String reason = arm == null ? NO_DECATON : arm.unavailable(options);
    if (reason != null) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("arm", name);
      line.put("skipped", reason);
      System.out.println(Json.of(line));
      return SKIPPED;
    }
    long deadline = System.nanoTime() + options.timeoutSeconds * 1_000_000_000L;
    TopicRange range = TopicRange.of(options);
    boolean sawAll = false;
    for (int pass = 1; pass <= options.passes; pass++) {
      Tally tally = new Tally(range);
      Thread watchdog = watch(name, arm, options, tally, deadline);
      arm.consume(options, new Handler(tally, options.workMicros));
      watchdog.join();
      sawAll = tally.sawAll();
      if (pass == options.passes || !sawAll) {
        System.out.println(line(name, arm, options, tally));
        break;
      }
    }
    return sawAll ? 0 : NOT_ALL_SEEN;
  }

  private static Arm arm(String name) throws ReflectiveOperationException {
    switch (name) {
      case "kafka_consumer":
        return new KafkaConsumerArm();
      case "kafka_consumer_threads":
        return new KafkaThreadsArm();
      case "parallel_consumer":
        return new ParallelConsumerArm();
      case "decaton":
        try {
          // Compiled by build.sh only where Decaton's jars are.
          return (Arm) Class.forName("strandline.bench.peers.DecatonArm").getDeclaredConstructor().newInstance();
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
          return null;
        }
      default:
        throw new UsageError("unknown arm " + name + "; arms: " + ARMS);
    }
  }

  /** Ends the process at the deadline wherever the arm is, because a blocked library cannot be asked to stop. */
  private static Thread watch(String name, Arm arm, Options options, Tally tally, long deadline) {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                if (!tally.awaitOver(deadline - System.nanoTime())) {
                  tally.stop();
                  System.err.println("error: " + tally.handledRecords() + " records within --timeout-s");
                  System.out.println(line(name, arm, options, tally));
                  end(NOT_ALL_SEEN);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "watchdog");
    watchdog.setDaemon(true);
    watchdog.start();
    return watchdog;
  }

  private static String line(String name, Arm arm, Options options, Tally tally) {
    Map<String, Object> settings = new LinkedHashMap<>();
    arm.describe(options, settings);
    if (!arm.mode(options).equals(options.mode)) {
      settings.put("asked_mode", options.mode + ": not offered by this arm");
    }
    settings.put("deserializer", options.option("deserializer", "byte_array"));
    settings.putAll(options.consumerProperties());
    settings.put("passes", options.passes);
    settings.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    settings.put("jvm_flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("arm", name);
    line.put("order", options.order);
    line.put("handler", options.handler);
    line.put("mode", arm.mode(options));
    line.put("work_us", options.workMicros);
    line.put("concurrency", options.concurrency);
    line.put("records", tally.handledRecords());
    line.put("bytes", tally.bytes());
    line.put("seconds", tally.seconds());
    line.put("records_per_second", tally.handledRecords() / tally.seconds());
    line.put("cpu_ns_per_record", tally.cpuNanosPerRecord());
    line.put("saw_all", tally.sawAll());
    line.put("startup_ms", tally.startupMillis());
    line.put("allocator", "jvm");
    line.put("client_version", "kafka-clients " + AppInfoParser.getVersion());
    line.put("settings", settings);
    line.put("threads", List.of());
    return Json.of(line);
  }
}
