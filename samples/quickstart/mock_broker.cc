/// A Kafka cluster of librdkafka's own making, for programs that have no broker at hand.
///
///   mock_broker --topic orders --partitions 12
///
/// Prints its bootstrap servers and serves until its standard input is closed.
#include <strandline/testing/mock_cluster.h>

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <string>

namespace {

void serve(const std::string& topic, int partitions) {
  strandline::testing::MockCluster cluster;
  cluster.create_topic(topic, partitions);
  std::printf("%s\n", cluster.bootstrap_servers().c_str());
  std::fflush(stdout);
  std::array<char, 256> ignored;
  while (read(STDIN_FILENO, ignored.data(), ignored.size()) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string topic;
  int partitions = 12;
  CLI::App app{"A Kafka cluster on loopback, for demos and tests; ends when its input is closed"};
  app.add_option("--topic", topic, "topic to create")->required();
  app.add_option("--partitions", partitions, "its partitions")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    serve(topic, partitions);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mock_broker: %s\n", error.what());
    return 1;
  }
  return 0;
}
