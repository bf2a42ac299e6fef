package strandline.bench.peers;

/** The command line asks for something that no arm knows; exit code 2. */
final class UsageError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageError(String what) {
    super(what);
  }
}
