package strandline.bench.peers;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one pass saw, and its two moments: first record at the handler, last record handled.
 *
 * <p>Thread safe: each thread counts into slots of its own; whoever sees the full total by {@link #handled} also sees
 * all slots, because every thread adds to the total after it has counted.
 */
public final class Tally {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** One thread's counts, a slot for each partition. */
  public static final class Slots {
    private final long[] count;
    private final long[] offsets;
    private long bytes;

    private Slots(int partitions) {
      count = new long[partitions];
      offsets = new long[partitions];
    }

    public void add(int partition, long offset, int size) {
      count[partition]++;
      offsets[partition] += offset;
      bytes += size;
    }

    /** For an arm that learns a record's offset elsewhere than where it handles it. */
    public void addOffset(int partition, long offset) {
      offsets[partition] += offset;
    }
  }

  private final TopicRange range;
  private final long created = System.nanoTime();
  private final AtomicLong total = new AtomicLong();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<Slots> all = new ArrayList<>();
  private final ThreadLocal<Slots> own = ThreadLocal.withInitial(this::newSlots);
  private volatile boolean started;
  private long firstNanos;
  private long firstCpu;
  private volatile long lastNanos;
  private volatile long lastCpu;

  Tally(TopicRange range) {
    this.range = range;
  }

  private Slots newSlots() {
    Slots slots = new Slots(range.partitions());
    synchronized (all) {
      all.add(slots);
    }
    return slots;
  }

  public Slots mine() {
    return own.get();
  }

  /** To be called when records reach the handler, before they are counted; the first call starts the clock. */
  public void started() {
    if (!started) {
      start();
    }
  }

  private synchronized void start() {
    if (!started) {
      firstNanos = System.nanoTime();
      firstCpu = SYSTEM.getProcessCpuTime();
      started = true;
    }
  }

  /** To be called when n records have been handled, after they were counted; the last call stops the clock. */
  public void handled(long n) {
    if (total.addAndGet(n) >= range.records() && lastNanos == 0) {
      stop();
    }
  }

  /** Stops the clock, for a pass that has run out of time as well. */
  synchronized void stop() {
    if (lastNanos == 0) {
      lastCpu = SYSTEM.getProcessCpuTime();
      lastNanos = System.nanoTime();
      over.countDown();
    }
  }

  public boolean over() {
    return lastNanos != 0;
  }

  /** Waits until the last record has been handled; the watchdog in Main ends a pass that takes too long. */
  public void awaitOver() throws InterruptedException {
    over.await();
  }

  long handledRecords() {
    return total.get();
  }

  double seconds() {
    return started ? (lastNanos - firstNanos) / 1e9 : 0;
  }

  double cpuNanosPerRecord() {
    return started ? (double) (lastCpu - firstCpu) / handledRecords() : 0;
  }

  double startupMillis() {
    return started ? (firstNanos - created) / 1e6 : 0;
  }

  long bytes() {
    synchronized (all) {
      return all.stream().mapToLong(slots -> slots.bytes).sum();
    }
  }

  /** Whether each record of each partition was counted, and none twice. */
  boolean sawAll() {
    if (handledRecords() != range.records()) {
      return false;
    }
    synchronized (all) {
      for (int p = 0; p < range.partitions(); p++) {
        long count = 0;
        long offsets = 0;
        for (Slots slots : all) {
          count += slots.count[p];
          offsets += slots.offsets[p];
        }
        if (count != range.count(p) || offsets != range.offsetSum(p)) {
          return false;
        }
      }
    }
    return true;
  }

  boolean awaitOver(long nanos) throws InterruptedException {
    return over.await(nanos, TimeUnit.NANOSECONDS);
  }
}
