#pragma once

#include "common/filler.h"

#include <sys/types.h>

namespace bench {

/// This program once more, which fills a topic: a producer's buffers would hide what the consumer's
/// process grows by. One thread.
class SoakProducer {
 public:
  explicit SoakProducer(const FillOptions& options);
  SoakProducer(const SoakProducer&) = delete;
  SoakProducer& operator=(const SoakProducer&) = delete;
  /// Kills it if it still runs: nobody reads the topic any more.
  ~SoakProducer();

  /// True once it has ended without having put all of its records in.
  [[nodiscard]] bool failed();

 private:
  pid_t process_ = 0;  ///< 0 once it has ended
  bool failed_ = false;
};

}  // namespace bench
