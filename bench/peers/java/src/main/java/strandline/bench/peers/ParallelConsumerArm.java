package strandline.bench.peers;

import io.confluent.parallelconsumer.ParallelConsumer;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.confluent.parallelconsumer.PollContext;
import io.confluent.parallelconsumer.RecordContext;
import io.confluent.parallelconsumer.internal.DrainingCloseable.DrainingMode;
import io.confluent.parallelconsumer.reactor.ReactorProcessor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import reactor.core.publisher.Mono;

/** Confluent Parallel Consumer: its own thread pool when blocking, its Reactor module when asynchronous. */
final class ParallelConsumerArm implements Arm {
  private static final int BEST_BATCH = 500;
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private static int batch(Options options) {
    return options.option("batch", options.batchHandler() ? BEST_BATCH : 1);
  }

  private static ProcessingOrder order(Options options) {
    return switch (options.order) {
      case "partition" -> ProcessingOrder.PARTITION;
      case "key" -> ProcessingOrder.KEY;
      default -> ProcessingOrder.UNORDERED;
    };
  }

  @Override
  public String unavailable(Options options) {
    return options.commits() ? null : "Parallel Consumer cannot run without committing";
  }

  @Override
  public void consume(Options options, Handler handler) throws InterruptedException {
    Properties properties = Clients.properties(options);
    properties.put("enable.auto.commit", "false");
    properties.putAll(options.consumerProperties());
    ParallelConsumerOptions<Object, Object> settings =
        ParallelConsumerOptions.<Object, Object>builder()
            .consumer(new KafkaConsumer<>(properties))
            .ordering(order(options))
            .maxConcurrency(options.concurrency)
            .batchSize(batch(options))
            // It looks into classes of KafkaConsumer that have other names since 4.0; auto commit is off, see above.
            .ignoreReflectiveAccessExceptionsForAutoCommitDisabledCheck(true)
            .build();
    ParallelConsumer<Object, Object> consumer =
        options.async() ? reactor(options, handler, settings) : threads(options, handler, settings);
    try {
      handler.tally().awaitOver();
    } finally {
      // All has been handled; draining would only wait.
      consumer.close(CLOSE, DrainingMode.DONT_DRAIN);
    }
  }

  private static ParallelConsumer<Object, Object> threads(
      Options options, Handler handler, ParallelConsumerOptions<Object, Object> settings) {
    ParallelStreamProcessor<Object, Object> processor = ParallelStreamProcessor.createEosStreamProcessor(settings);
    processor.subscribe(List.of(options.topic));
    processor.poll(context -> handle(handler, context));
    return processor;
  }

  private static ParallelConsumer<Object, Object> reactor(
      Options options, Handler handler, ParallelConsumerOptions<Object, Object> settings) {
    ReactorProcessor<Object, Object> processor = new ReactorProcessor<>(settings);
    processor.subscribe(List.of(options.topic));
    // The records are counted at once and their work is a timer; a batch's records work one after another.
    // A publisher must emit an element: ReactorProcessor takes that for the end, not completion without one.
    processor.react(
        context -> {
          long records = count(handler.tally(), context);
          Mono<?> work =
              options.workMicros == 0
                  ? Mono.just(records)
                  : Mono.delay(Duration.ofNanos(options.workMicros * 1000 * records));
          return work.doOnNext(element -> handler.tally().handled(records));
        });
    return processor;
  }

  private static void handle(Handler handler, PollContext<Object, Object> context) {
    handler.tally().started();
    Tally.Slots slots = handler.tally().mine();
    int records = 0;
    for (RecordContext<Object, Object> record : context) {
      handler.record(slots, record.partition(), record.offset(), record.serializedValueSize());
      records++;
    }
    handler.batchDone(records);
  }

  private static long count(Tally tally, PollContext<Object, Object> context) {
    tally.started();
    Tally.Slots slots = tally.mine();
    long records = 0;
    for (RecordContext<Object, Object> record : context) {
      slots.add(record.partition(), record.offset(), record.serializedValueSize());
      records++;
    }
    return records;
  }

  @Override
  public String mode(Options options) {
    return options.mode;
  }

  @Override
  public void describe(Options options, Map<String, Object> settings) {
    settings.put("library", Clients.jarOf(ParallelConsumer.class));
    settings.put("ordering", order(options));
    settings.put("maxConcurrency", options.concurrency);
    settings.put("batchSize", batch(options));
    settings.put("engine", options.async() ? Clients.jarOf(ReactorProcessor.class) : "core, thread pool");
    settings.put("commit", "PERIODIC_CONSUMER_ASYNCHRONOUS, every 5 s (default)");
  }
}
