import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.FileWriter;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The independent referee of the system tests: one JVM on Kafka's own clients that creates topics, produces with a
 * log of the acknowledgements, samples committed offsets and dumps topics. It stays up for a whole test because a
 * JVM start costs seconds on a small machine.
 *
 * <p>Protocol: one JSON object a line on stdin, {"id", "cmd", ...}; one answer a line on stdout, {"id", "ok", ...}.
 * Each command runs on a thread of its own, so a slow dump does not hold up a sample. End of stdin ends the process.
 */
public final class Referee {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream out;
  private final ExecutorService threads = Executors.newCachedThreadPool(Referee::daemon);
  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();
  private final Map<String, Sampler> samplers = new ConcurrentHashMap<>();
  private volatile Admin admin;
  private volatile String bootstrap;

  private Referee(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    // Kafka's tools print to System.out; the answer channel must carry answers only.
    System.setOut(System.err);
    Referee referee = new Referee(answers);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode request = JSON.readTree(line);
      referee.threads.submit(() -> referee.answer(request));
    }
    System.exit(0);
  }

  private static Thread daemon(Runnable r) {
    Thread t = new Thread(r);
    t.setDaemon(true);
    return t;
  }

  private void answer(JsonNode request) {
    ObjectNode reply = JSON.createObjectNode();
    try {
      run(request, reply);
      reply.put("ok", true);
    } catch (Throwable e) {
      Throwable cause = e instanceof java.util.concurrent.ExecutionException && e.getCause() != null ? e.getCause() : e;
      reply.put("ok", false).put("error", cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }
    reply.put("id", request.get("id").asLong());
    synchronized (out) {
      out.println(reply);
      out.flush();
    }
  }

  private void run(JsonNode q, ObjectNode reply) throws Exception {
    switch (q.get("cmd").asText()) {
      case "format" -> format(q, reply);
      case "connect" -> connect(q);
      case "cluster" -> cluster(reply);
      case "create_topic" -> createTopic(q);
      case "topic" -> topic(q, reply);
      case "end_offsets" -> endOffsets(q, reply);
      case "committed" -> committed(q, reply);
      case "commit" -> commit(q);
      case "group" -> group(q, reply);
      case "delete_records" -> deleteRecords(q);
      case "allow" -> allow(q);
      case "produce_start" -> produceStart(q);
      case "produce_count" -> reply.put("acked", feeds.get(q.get("name").asText()).acked.get());
      case "produce_stop" -> feeds.remove(q.get("name").asText()).finish(q.path("abort").asBoolean(true), reply);
      case "sample_start" -> sampleStart(q);
      case "sample_stop" -> samplers.remove(q.get("group").asText()).finish();
      case "dump" -> dump(q, reply);
      default -> throw new IllegalArgumentException("unknown command " + q.get("cmd"));
    }
  }

  /** Formats the storage of one broker in this JVM: three StorageTool starts would cost more than the cluster's. */
  private static void format(JsonNode q, ObjectNode reply) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    String[] args = {"format", "-t", q.get("cluster_id").asText(), "-c", q.get("config").asText()};
    int status = kafka.tools.StorageTool.execute(args, new PrintStream(text));
    if (status != 0) throw new IllegalStateException("StorageTool format failed: " + text);
    reply.put("text", text.toString());
  }

  private void connect(JsonNode q) {
    bootstrap = q.get("bootstrap").asText();
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("request.timeout.ms", 5000);
    p.put("default.api.timeout.ms", q.path("timeout_ms").asInt(30000));
    // A broker that is down must be tried again soon: tests bounce brokers all the time.
    p.put("reconnect.backoff.max.ms", 500);
    admin = Admin.create(p);
  }

  private void cluster(ObjectNode reply) throws Exception {
    var d = admin.describeCluster();
    var nodes = reply.putArray("nodes");
    for (var node : d.nodes().get()) nodes.add(node.id());
    reply.put("controller", d.controller().get().id());
  }

  private void createTopic(JsonNode q) throws Exception {
    NewTopic t = new NewTopic(q.get("topic").asText(), Optional.of(q.get("partitions").asInt()),
        q.has("replication") ? Optional.of((short) q.get("replication").asInt()) : Optional.empty());
    Map<String, String> config = new HashMap<>();
    q.path("config").fields().forEachRemaining(e -> config.put(e.getKey(), e.getValue().asText()));
    admin.createTopics(List.of(t.configs(config))).all().get();
    awaitServed(t);
  }

  /**
   * Created is not served yet: a leader that has not heard of a topic refuses an idempotent producer's first batch and
   * may take its second, after which it refuses the first for ever. Only leaders that serve tell where a log ends.
   */
  private void awaitServed(NewTopic t) throws Exception {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int i = 0; i < t.numPartitions(); i++) ends.put(new TopicPartition(t.name(), i), OffsetSpec.latest());
    for (long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();; Thread.sleep(50)) {
      try {
        admin.listOffsets(ends).all().get();
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RetriableException) || System.nanoTime() > deadline) throw e;
      }
    }
  }

  private List<TopicPartitionInfo> partitions(String topic) throws Exception {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
  }

  private List<TopicPartition> topicPartitions(String topic) throws Exception {
    return partitions(topic).stream().map(p -> new TopicPartition(topic, p.partition())).collect(Collectors.toList());
  }

  private void topic(JsonNode q, ObjectNode reply) throws Exception {
    var all = reply.putArray("partitions");
    for (TopicPartitionInfo p : partitions(q.get("topic").asText())) {
      ObjectNode one = all.addObject().put("partition", p.partition())
          .put("leader", p.leader() == null ? -1 : p.leader().id())
          .put("isr", p.isr().size()).put("replicas", p.replicas().size());
      var nodes = one.putArray("nodes");
      p.replicas().forEach(node -> nodes.add(node.id()));
    }
  }

  private void endOffsets(JsonNode q, ObjectNode reply) throws Exception {
    Map<TopicPartition, OffsetSpec> ask = new HashMap<>();
    for (TopicPartition tp : topicPartitions(q.get("topic").asText())) ask.put(tp, OffsetSpec.latest());
    ObjectNode offsets = reply.putObject("offsets");
    for (var e : admin.listOffsets(ask).all().get().entrySet()) {
      offsets.put(Integer.toString(e.getKey().partition()), e.getValue().offset());
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committedOf(String group) throws Exception {
    return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
  }

  private void committed(JsonNode q, ObjectNode reply) throws Exception {
    ObjectNode offsets = reply.putObject("offsets");
    for (var e : committedOf(q.get("group").asText()).entrySet()) {
      if (e.getValue() != null) offsets.put(name(e.getKey()), e.getValue().offset());
    }
  }

  private static String name(TopicPartition tp) {
    return tp.topic() + ":" + tp.partition();
  }

  private void commit(JsonNode q) throws Exception {
    TopicPartition tp = new TopicPartition(q.get("topic").asText(), q.get("partition").asInt());
    var offsets = Map.of(tp, new OffsetAndMetadata(q.get("offset").asLong()));
    admin.alterConsumerGroupOffsets(q.get("group").asText(), offsets).all().get();
  }

  private void group(JsonNode q, ObjectNode reply) throws Exception {
    String id = q.get("group").asText();
    ConsumerGroupDescription d = admin.describeConsumerGroups(List.of(id)).all().get().get(id);
    reply.put("state", d.groupState().toString()).put("assignor", d.partitionAssignor());
    reply.put("coordinator", d.coordinator().id());
    var members = reply.putArray("members");
    for (MemberDescription m : d.members()) {
      var one = members.addObject().put("member", m.consumerId()).put("instance", m.groupInstanceId().orElse(null));
      var owned = one.putArray("partitions");
      m.assignment().topicPartitions().forEach(tp -> owned.add(name(tp)));
    }
  }

  private void deleteRecords(JsonNode q) throws Exception {
    TopicPartition tp = new TopicPartition(q.get("topic").asText(), q.get("partition").asInt());
    admin.deleteRecords(Map.of(tp, RecordsToDelete.beforeOffset(q.get("before").asLong()))).all().get();
  }

  private void allow(JsonNode q) throws Exception {
    ResourceType type = ResourceType.valueOf(q.get("type").asText());
    AclOperation operation = AclOperation.valueOf(q.get("operation").asText());
    admin.createAcls(List.of(new AclBinding(new ResourcePattern(type, q.get("name").asText(), PatternType.LITERAL),
        new AccessControlEntry(q.get("principal").asText(), "*", operation, AclPermissionType.ALLOW)))).all().get();
  }

  private void produceStart(JsonNode q) throws Exception {
    Feed feed = new Feed(q, bootstrap);
    feeds.put(q.get("name").asText(), feed);
    feed.thread.start();
  }

  private void sampleStart(JsonNode q) throws Exception {
    Sampler sampler = new Sampler(q);
    samplers.put(q.get("group").asText(), sampler);
    sampler.thread.start();
  }

  private void dump(JsonNode q, ObjectNode reply) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("isolation.level", q.path("isolation").asText("read_uncommitted"));
    p.put("enable.auto.commit", "false");
    p.put("max.poll.records", "10000");
    long count = 0;
    try (var consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
        var file = new BufferedWriter(new FileWriter(q.get("file").asText(), StandardCharsets.UTF_8))) {
      Collection<TopicPartition> all = topicPartitions(q.get("topic").asText());
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> end = consumer.endOffsets(all);
      Set<TopicPartition> open = new HashSet<>(all);
      while (true) {
        open.removeIf(tp -> consumer.position(tp) >= end.get(tp));
        if (open.isEmpty()) break;
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(200))) {
          file.write(line(r.topic(), r.partition(), r.offset(), r.key(), r.value()));
          count++;
        }
      }
    }
    reply.put("records", count);
  }

  private static String line(String topic, int partition, long offset, String key, String value) {
    return JSON.createObjectNode().put("topic", topic).put("partition", partition).put("offset", offset)
        .put("key", key).put("value", value).toString() + "\n";
  }

  /** A steady stream of keyed records with a log of every acknowledgement. Its thread is the only sender. */
  private static final class Feed {
    final Thread thread = daemon(this::loop);
    final AtomicLong acked = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final JsonNode q;
    private final KafkaProducer<String, String> producer;
    private final BufferedWriter log;
    private volatile boolean stopped;
    private volatile long sent;

    Feed(JsonNode q, String bootstrap) throws Exception {
      this.q = q;
      Properties p = new Properties();
      p.put("bootstrap.servers", bootstrap);
      p.put("acks", "all");
      p.put("enable.idempotence", "true");
      p.put("linger.ms", "5");
      p.put("request.timeout.ms", "5000");
      p.put("reconnect.backoff.max.ms", "500");
      producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
      log = new BufferedWriter(new FileWriter(q.get("acks").asText(), StandardCharsets.UTF_8));
    }

    private void loop() {
      String topic = q.get("topic").asText();
      long max = q.path("max").asLong(Long.MAX_VALUE);
      long rate = q.path("rate").asLong(0);
      int keys = q.path("keys").asInt(100);
      int nullEvery = q.path("null_every").asInt(0);
      Random random = new Random(q.path("seed").asLong(1));
      long start = System.nanoTime();
      for (long i = 0; i < max && !stopped; i++) {
        if (rate > 0) pause(start + i * 1_000_000_000L / rate);
        boolean noKey = nullEvery > 0 && i % nullEvery == 0;
        String key = noKey ? null : "k" + random.nextInt(keys);
        String value = Long.toString(i);
        sent = i + 1;
        producer.send(new ProducerRecord<>(topic, key, value), (meta, error) -> {
          if (error != null) {
            failed.incrementAndGet();
            return;
          }
          acked.incrementAndGet();
          write(line(topic, meta.partition(), meta.offset(), key, value));
        });
      }
    }

    private static void pause(long until) {
      long wait = until - System.nanoTime();
      if (wait > 0) java.util.concurrent.locks.LockSupport.parkNanos(wait);
    }

    private synchronized void write(String line) {
      try {
        log.write(line);
      } catch (java.io.IOException e) {
        // A record that misses in the acknowledgement log could hide a loss; count it so that the test fails.
        failed.incrementAndGet();
      }
    }

    void finish(boolean abort, ObjectNode reply) throws Exception {
      stopped = abort;
      thread.join();
      producer.flush();
      producer.close();
      log.close();
      reply.put("sent", sent).put("acked", acked.get()).put("failed", failed.get());
    }
  }

  /** Samples the committed offsets of one group through the broker, by a client that is not under test. */
  private final class Sampler {
    final Thread thread = daemon(this::loop);
    private final String group;
    private final int intervalMs;
    private final BufferedWriter file;
    private volatile boolean stopped;

    Sampler(JsonNode q) throws Exception {
      group = q.get("group").asText();
      intervalMs = q.path("interval_ms").asInt(200);
      file = new BufferedWriter(new FileWriter(q.get("file").asText(), StandardCharsets.UTF_8));
    }

    private void loop() {
      try (file) {
        boolean last;
        do {
          last = stopped;
          file.write(sample().toString() + "\n");
          if (!last) TimeUnit.MILLISECONDS.sleep(intervalMs);
        } while (!last);
      } catch (java.io.IOException | InterruptedException e) {
        System.err.println("sampler of " + group + " ended: " + e);
      }
    }

    private ObjectNode sample() {
      ObjectNode one = JSON.createObjectNode().put("asked", System.currentTimeMillis());
      try {
        ObjectNode offsets = JSON.createObjectNode();
        for (var e : committedOf(group).entrySet()) {
          if (e.getValue() != null) offsets.put(name(e.getKey()), e.getValue().offset());
        }
        one.set("offsets", offsets);
      } catch (Exception e) {
        one.put("error", String.valueOf(e.getMessage()));
      }
      return one.put("answered", System.currentTimeMillis());
    }

    void finish() throws InterruptedException {
      stopped = true;
      thread.join();
    }
  }
}
