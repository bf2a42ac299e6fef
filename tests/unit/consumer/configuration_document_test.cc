#include <strandline/config.h>

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace strandline {
namespace {

std::string document() {
  std::ifstream in{STRANDLINE_CONFIGURATION_DOCUMENT};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// docs/CONFIGURATION.md has a row for each option, with the default that is in force.
TEST(ConfigurationDocumentTest, HasEveryOptionWithItsDefault) {
  const std::string text = document();
  std::istringstream options{to_string(ConsumerConfig{.bootstrap_servers = "", .group_id = ""})};
  int count = 0;
  for (std::string line; std::getline(options, line); ++count) {
    const std::size_t equals = line.find(" = ");
    ASSERT_NE(equals, std::string::npos) << line;
    const std::string row =
        "| `" + line.substr(0, equals) + "` | `" + line.substr(equals + 3) + "` |";
    EXPECT_NE(text.find(row), std::string::npos) << "no row starts with: " << row;
  }
  EXPECT_GT(count, 40) << "the configuration prints fewer options than there are";
}

TEST(ConfigurationDocumentTest, HasKafkasNames) {
  const std::string text = document();
  for (const char* name :
       {"bootstrap.servers", "group.id", "auto.offset.reset", "enable.auto.commit",
        "auto.commit.interval.ms", "max.poll.records", "session.timeout.ms",
        "heartbeat.interval.ms", "max.poll.interval.ms", "isolation.level"}) {
    EXPECT_NE(text.find("| `" + std::string(name) + "` | `"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace strandline
