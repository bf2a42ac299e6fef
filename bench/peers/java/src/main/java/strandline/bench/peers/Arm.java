package strandline.bench.peers;

import java.util.Map;

/** One way to consume the topic. A new object is made for each process, consume() called once a pass. */
public interface Arm {
  /** Why what the command line asks for cannot be had from this arm, or null. */
  String unavailable(Options options);

  /** Consumes from the first to the last record and returns when the tally is over and all is closed. */
  void consume(Options options, Handler handler) throws Exception;

  /** What was set and how, for the JSON line. */
  void describe(Options options, Map<String, Object> settings);

  /** How the work is done in truth, for arms that know one mode only. */
  default String mode(Options options) {
    return "blocking";
  }
}
