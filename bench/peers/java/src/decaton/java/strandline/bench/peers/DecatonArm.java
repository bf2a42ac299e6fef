package strandline.bench.peers;

import com.linecorp.decaton.processor.DecatonProcessor;
import com.linecorp.decaton.processor.DeferredCompletion;
import com.linecorp.decaton.processor.ProcessingContext;
import com.linecorp.decaton.processor.TaskMetadata;
import com.linecorp.decaton.processor.runtime.ConsumedRecord;
import com.linecorp.decaton.processor.runtime.DecatonProcessorSupplier;
import com.linecorp.decaton.processor.runtime.DecatonTask;
import com.linecorp.decaton.processor.runtime.DefaultSubPartitioner;
import com.linecorp.decaton.processor.runtime.ProcessorProperties;
import com.linecorp.decaton.processor.runtime.ProcessorSubscription;
import com.linecorp.decaton.processor.runtime.ProcessorsBuilder;
import com.linecorp.decaton.processor.runtime.Property;
import com.linecorp.decaton.processor.runtime.RoundRobinSubPartitioner;
import com.linecorp.decaton.processor.runtime.StaticPropertySupplier;
import com.linecorp.decaton.processor.runtime.SubscriptionBuilder;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/**
 * Decaton: a processor for each partition counts; concurrency C over P partitions is ceil(C / P) threads for each
 * partition when blocking. When asynchronous one thread for each partition starts the work, C records at a time over
 * all partitions.
 *
 * <p>Decaton tells its processors the partition but no offset. The tally's offsets are therefore counted where Decaton
 * takes the records from KafkaConsumer, by {@link DecatonOffsets}, and the counts where they are processed.
 */
public final class DecatonArm implements Arm {
  // Without work the default of 10,000 pending records makes Decaton pause its partitions all the time.
  private static final int BEST_PENDING_WITHOUT_WORK = 100_000;
  private static final int DEFAULT_PENDING = 10_000;
  private static final TaskMetadata NO_METADATA = TaskMetadata.builder().build();

  private static int perPartition(Options options) {
    return (options.concurrency + options.partitions - 1) / options.partitions;
  }

  private static int threads(Options options) {
    return options.async() || options.order.equals("partition") ? 1 : perPartition(options);
  }

  private static int pending(Options options) {
    int usual = options.workMicros == 0 ? BEST_PENDING_WITHOUT_WORK : DEFAULT_PENDING;
    return options.option("max.pending.records", usual);
  }

  @Override
  public String unavailable(Options options) {
    if (!options.commits()) {
      return "Decaton cannot run without committing";
    }
    if (options.batchHandler()) {
      return "Decaton's batching processor waits for full batches or its linger; not measured";
    }
    return options.async() && !options.order.equals("none")
        ? "Decaton's deferred completion runs the records of one key or partition at the same time"
        : null;
  }

  @Override
  public void consume(Options options, Handler handler) throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    DecatonOffsets.startPass(handler.tally());
    ProcessorSubscription subscription =
        SubscriptionBuilder.newBuilder("bench-" + UUID.randomUUID())
            .consumerConfig(consumerConfig(options))
            .addProperties(StaticPropertySupplier.of(properties(options)))
            .subPartitionerSupplier(
                options.order.equals("none") ? RoundRobinSubPartitioner::new : DefaultSubPartitioner::new)
            .processorsBuilder(
                ProcessorsBuilder.<byte[]>consuming(options.topic, DecatonArm::extract)
                    .thenProcess(new Supplier(options, handler, timer, new Semaphore(options.concurrency))))
            .buildAndStart();
    try {
      handler.tally().awaitOver();
    } finally {
      subscription.close();
      timer.shutdownNow();
    }
  }

  private static DecatonTask<byte[]> extract(ConsumedRecord record) {
    return new DecatonTask<>(NO_METADATA, record.value(), record.value());
  }

  private static Properties consumerConfig(Options options) {
    Properties config = Clients.properties(options);
    // Decaton brings its own deserializers and commits itself.
    config.remove("key.deserializer");
    config.remove("value.deserializer");
    config.putAll(options.consumerProperties());
    config.put("interceptor.classes", DecatonOffsets.class.getName());
    return config;
  }

  private static List<Property<?>> properties(Options options) {
    return List.of(
        ProcessorProperties.propertyForName(
            ProcessorProperties.CONFIG_PARTITION_CONCURRENCY.name(), threads(options)),
        ProcessorProperties.propertyForName(ProcessorProperties.CONFIG_MAX_PENDING_RECORDS.name(), pending(options)),
        ProcessorProperties.propertyForName(ProcessorProperties.CONFIG_LOGGING_MDC_ENABLED.name(), mdc(options)));
  }

  private static boolean mdc(Options options) {
    return options.option("mdc", "off").equals("on");
  }

  /**
   * Makes a processor for each partition, because only the supplier is told which partition it is. The semaphore holds
   * the asynchronous records in flight to C; Decaton's own bound, the pending records, stalls its polls when small.
   */
  private record Supplier(Options options, Handler handler, ScheduledExecutorService timer, Semaphore free)
      implements DecatonProcessorSupplier<byte[]> {
    @Override
    public DecatonProcessor<byte[]> getProcessor(String subscription, TopicPartition topicPartition, int thread) {
      int partition = topicPartition.partition();
      return options.async()
          ? (context, value) -> defer(context, partition, value)
          : (context, value) -> {
            handler.tally().started();
            handler.record(handler.tally().mine(), partition, 0, value.length);
            handler.batchDone(1);
          };
    }

    private void defer(ProcessingContext<byte[]> context, int partition, byte[] value)
        throws InterruptedException {
      free.acquire();
      handler.tally().started();
      handler.tally().mine().add(partition, 0, value.length);
      DeferredCompletion completion = context.deferCompletion();
      Runnable done =
          () -> {
            completion.complete();
            free.release();
            handler.tally().handled(1);
          };
      if (options.workMicros == 0) {
        done.run();
      } else {
        timer.schedule(done, options.workMicros, TimeUnit.MICROSECONDS);
      }
    }

    @Override
    public void leaveSingletonScope(String subscription) {}

    @Override
    public void leavePartitionScope(String subscription, TopicPartition topicPartition) {}

    @Override
    public void leaveThreadScope(String subscription, TopicPartition topicPartition, int thread) {}
  }

  @Override
  public String mode(Options options) {
    return options.mode;
  }

  @Override
  public void describe(Options options, Map<String, Object> settings) {
    settings.put("library", Clients.jarOf(ProcessorSubscription.class));
    settings.put("decaton.partition.concurrency", threads(options));
    settings.put("decaton.max.pending.records", pending(options));
    settings.put("decaton.logging.mdc.enabled", mdc(options));
    settings.put("commit", "commitAsync every 1 s (default)");
    settings.put("offsets", "checked where Decaton takes the records, counts where it processes them");
  }
}
