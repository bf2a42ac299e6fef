#include "scenarios/soak_producer.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <vector>

namespace bench {

SoakProducer::SoakProducer(const FillOptions& options) {
  std::vector<std::string> words{"bench_scenario",
                                 "soak",
                                 "--bootstrap-servers",
                                 options.bootstrap_servers,
                                 "--fill-topic",
                                 options.topic,
                                 "--records",
                                 std::to_string(options.records),
                                 "--size",
                                 std::to_string(options.size),
                                 "--keys",
                                 std::to_string(options.keys),
                                 "--seed",
                                 std::to_string(options.seed)};
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (const int error =
          posix_spawn(&process_, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ);
      error != 0) {
    throw std::system_error(error, std::generic_category(), "starting the producer");
  }
}

SoakProducer::~SoakProducer() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

bool SoakProducer::failed() {
  int status = 0;
  if (process_ != 0 && waitpid(process_, &status, WNOHANG) == process_) {
    process_ = 0;
    failed_ = status != 0;
  }
  return failed_;
}

}  // namespace bench
