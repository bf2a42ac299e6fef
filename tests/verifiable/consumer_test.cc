// The program from outside: its command line, its exit codes, its events, on a mock cluster.
#include <strandline/testing/mock_cluster.h>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using strandline::Offset;
using strandline::PartitionId;
using strandline::testing::MockCluster;
using Json = nlohmann::json;

constexpr int kPartitions = 4;
constexpr int kRecords = 400;

struct Ended {
  int exit_code = -1;
  std::vector<Json> events{};

  [[nodiscard]] std::vector<Json> named(const std::string& name) const {
    std::vector<Json> found;
    std::ranges::copy_if(events, std::back_inserter(found),
                         [&](const Json& event) { return event["name"] == name; });
    return found;
  }
};

Ended start(const std::string& arguments) {
  Ended result;
  FILE* out = popen((VERIFIABLE_CONSUMER " " + arguments).c_str(), "r");
  if (out == nullptr) return result;
  std::string text;
  std::array<char, 4096> part;
  while (const std::size_t size = fread(part.data(), 1, part.size(), out)) {
    text.append(part.data(), size);
  }
  const int status = pclose(out);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    const Json event = Json::parse(text.substr(start, end - start), nullptr, false);
    if (!event.is_discarded()) result.events.push_back(event);
    start = end == std::string::npos ? text.size() : end + 1;
  }
  return result;
}

class VerifiableConsumer : public testing::TestWithParam<const char*> {
 protected:
  VerifiableConsumer() {
    cluster_.create_topic("orders", kPartitions);
    std::vector<strandline::testing::ProducedRecord> records;
    for (int i = 0; i < kRecords; ++i) {
      records.push_back({.key = "k" + std::to_string(i % 20),
                         .value = std::to_string(i),
                         .partition = i % kPartitions});
    }
    cluster_.produce("orders", records);
  }

  Ended consume(const std::string& more) {
    return start(
        "--bootstrap-server " + cluster_.bootstrap_servers() +
        " --topic orders --group-id billing --verbose --workers 2 --commit-interval-ms 100 " +
        more);
  }

  std::int64_t committed() {
    std::int64_t sum = 0;
    for (int i = 0; i < kPartitions; ++i) {
      sum += cluster_.committed("billing", {"orders", PartitionId{i}}).value_or(Offset{0}).value();
    }
    return sum;
  }

  MockCluster cluster_{};
};

std::int64_t consumed(const Ended& run) {
  std::int64_t sum = 0;
  for (const Json& event : run.named("records_consumed")) sum += event["count"].get<std::int64_t>();
  return sum;
}

TEST_P(VerifiableConsumer, TellsOfEveryRecordAndCommitInTheProtocolsOrder) {
  const Ended run =
      consume("--max-messages " + std::to_string(kRecords) + " --order " + GetParam());
  EXPECT_EQ(run.exit_code, 0);
  ASSERT_GE(run.events.size(), 5U);
  EXPECT_EQ(run.events.front()["name"], "startup_complete");
  EXPECT_EQ(run.events.back()["name"], "shutdown_complete");
  EXPECT_EQ(run.events[1]["name"], "partitions_assigned");
  EXPECT_EQ(run.events[run.events.size() - 2]["name"], "partitions_revoked");
  EXPECT_EQ(run.named("record_data").size(), static_cast<std::size_t>(kRecords));
  EXPECT_EQ(consumed(run), kRecords);
  EXPECT_EQ(committed(), kRecords);
}

TEST_P(VerifiableConsumer, NeverCommitsBeyondWhatItHasToldOf) {
  const Ended run =
      consume("--max-messages " + std::to_string(kRecords) + " --order " + GetParam());
  std::array<std::int64_t, kPartitions> position{};
  for (const Json& event : run.events) {
    if (event["name"] == "records_consumed") {
      for (const Json& row : event["partitions"]) {
        std::int64_t& known = position.at(row["partition"]);
        EXPECT_EQ(row["minOffset"], known);
        EXPECT_EQ(row["count"], row["maxOffset"].get<std::int64_t>() - known + 1);
        known = row["maxOffset"].get<std::int64_t>() + 1;
      }
    } else if (event["name"] == "offsets_committed") {
      EXPECT_TRUE(event["success"]);
      for (const Json& row : event["offsets"]) {
        EXPECT_LE(row["offset"], position.at(row["partition"]));
      }
    }
  }
  EXPECT_EQ(position, (std::array<std::int64_t, kPartitions>{100, 100, 100, 100}));
}

TEST_P(VerifiableConsumer, StopsAtTheLimit) {
  const Ended run = consume(std::string("--max-messages 10 --order ") + GetParam());
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.named("record_data").size(), 10U);
  EXPECT_EQ(consumed(run), 10);
  EXPECT_LE(committed(), 10);
}

INSTANTIATE_TEST_SUITE_P(Orders, VerifiableConsumer, testing::Values("partition", "key", "none"),
                         [](const auto& order) { return std::string(order.param); });

TEST_P(VerifiableConsumer, WithAutocommitCommitsAndKeepsQuiet) {
  const Ended run = consume("--enable-autocommit --max-messages " + std::to_string(kRecords) +
                            " --order " + GetParam());
  EXPECT_TRUE(run.named("offsets_committed").empty());
  EXPECT_EQ(committed(), kRecords);
}

TEST(VerifiableConsumerCommandLine, HasKafkasExitCodes) {
  EXPECT_EQ(start("").exit_code, 0);
  EXPECT_EQ(start("--help").exit_code, 0);
  EXPECT_EQ(start("--topic orders").exit_code, 1);
  const std::string good = "--broker-list 127.0.0.1:1 --topic orders --group-id g ";
  EXPECT_EQ(start(good + "--reset-policy sometimes").exit_code, 1);
  EXPECT_EQ(start(good + "--assignment-strategy StickyAssignor").exit_code, 1);
  EXPECT_EQ(start(good + "--command-config /nonexistent").exit_code, 1);
  EXPECT_EQ(start(good + "--session-timeout 0").exit_code, 1);
}

}  // namespace
