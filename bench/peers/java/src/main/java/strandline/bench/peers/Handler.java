package strandline.bench.peers;

import java.util.concurrent.locks.LockSupport;

/** The work of every arm: count the record, then sleep. Thread safe. */
public final class Handler {
  private final Tally tally;
  private final long workMicros;

  Handler(Tally tally, long workMicros) {
    this.tally = tally;
    this.workMicros = workMicros;
  }

  public Tally tally() {
    return tally;
  }

  /** One record of a batch; the batch's end is told by {@link #batchDone}. */
  public void record(Tally.Slots slots, int partition, long offset, int valueSize) {
    slots.add(partition, offset, valueSize);
    if (workMicros > 0) {
      sleep();
      tally.handled(1);
    }
  }

  /** Without work the total is touched once a batch, so that it costs nothing; with work at each record. */
  public void batchDone(int records) {
    if (workMicros == 0) {
      tally.handled(records);
    }
  }

  private void sleep() {
    // Thread.sleep rounds up to a millisecond on JDK 17.
    long end = System.nanoTime() + workMicros * 1000;
    for (long left = workMicros * 1000; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
    }
  }
}
