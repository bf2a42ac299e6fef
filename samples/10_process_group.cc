// A group over processes, and two groups that do not know of each other: members of the group
// "search" and members of "lake" read the same topic, each group writes all of it to a sink of its
// own. There are more members than partitions: one stays idle, and takes over when another leaves.
// `--assignor` says how a group divides partitions up; `--protocol consumer` leaves it to the
// broker (Kafka 4.0 and newer), where `--remote-assignor` is `uniform` or `range`. Subjects 2
// and 4. This program starts itself again for each member; the stage is common/two_groups.h.
//
//   build/release/samples/10_process_group --mock [--assignor range|roundrobin|cooperative-sticky]
//   build/release/samples/10_process_group --bootstrap-servers localhost:9092 --group lake --sink f

#include <fmt/core.h>
#include <strandline/strandline.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "common/demo.h"
#include "common/two_groups.h"

using namespace strandline;

namespace {

/// Appends to the group's sink. One for each strand, made by the factory below, so it needs no
/// lock.
class Sink : public Handler {
 public:
  explicit Sink(const std::string& path) : file_(path, std::ios::app) {}
  Outcome handle(const Record& record, Context& context) override {
    file_ << to_string(record) + " " + std::string{record.key()} + "\n" << std::flush;
    if (!file_) return context.fail("the sink does not take it");
    fmt::print("{} wrote {}\n", getpid(), to_string(record));
    return Outcome::done;
  }

 private:
  std::ofstream file_;
};

class Telling : public RebalanceListener {
 public:
  void on_assigned(std::span<const TopicPartition> more) override { tell(owned_ += more.size()); }
  void on_revoked(std::span<const TopicPartition> fewer) override { tell(owned_ -= fewer.size()); }
  void on_lost(std::span<const TopicPartition> fewer) override { tell(owned_ -= fewer.size()); }

 private:
  static void tell(std::size_t owned) { fmt::print("{} owns {}\n", getpid(), owned); }
  std::size_t owned_ = 0;  // only the poller thread calls
};

}  // namespace

int main(int argc, char** argv) {
  GroupConfig group;
  std::string sink = "/dev/null";
  const std::map<std::string, Assignor> assignors{
      {"range", Assignor::range},
      {"roundrobin", Assignor::roundrobin},
      {"cooperative-sticky", Assignor::cooperative_sticky}};
  const std::map<std::string, GroupProtocol> protocols{{"classic", GroupProtocol::classic},
                                                       {"consumer", GroupProtocol::consumer}};
  samples::Demo demo{
      argc,
      argv,
      "Two groups of several processes read one topic",
      {.partitions = 2, .records = 0, .produce_at_start = false, .options = [&](CLI::App& app) {
         app.add_option("--assignor", group.assignor)
             ->transform(CLI::CheckedTransformer(assignors));
         app.add_option("--protocol", group.protocol)
             ->transform(CLI::CheckedTransformer(protocols));
         app.add_option("--remote-assignor", group.remote_assignor);
         app.add_option("--sink", sink, "File that the group appends to");
       }}};
  if (demo.mock()) return samples::show_two_groups(demo, argc, argv);

  Telling listener;
  // What the command line asks for may contradict itself: then this says how.
  Result<Consumer> consumer = Consumer::create({
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .group = demo.membership(group),
      .listener = &listener,
  });
  if (!consumer) {
    fmt::print(stderr, "{}\n", consumer.error().message);
    return EXIT_FAILURE;
  }
  SignalStop stop{*consumer};
  return demo.finish(
      consumer->run([&](const StrandInfo&) { return std::make_unique<Sink>(sink); }));
}
