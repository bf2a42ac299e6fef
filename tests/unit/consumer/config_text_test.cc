#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ConfigText, HasOneLinePerOption) {
  ConsumerConfig config = sound_config();
  config.topics = {"a", "b"};
  config.failure.backoff.multiplier = 1.5;
  const std::string text = to_string(config);
  for (const char* line :
       {"bootstrap_servers = \"localhost:9092\"\n", "topics[] = \"a\"\ntopics[] = \"b\"\n",
        "order = partition\n", "group.assignor = cooperative_sticky\n",
        "group.session_timeout = 45000 ms\n", "commit.mode = periodic\n",
        "shutdown.drain = running\n", "failure.attempts_max = 10\n",
        "failure.backoff.multiplier = 1.5\n", "failure.exhausted = stop\n",
        "in_flight.low_mark = 0.7\n", "listener = not set\n", "isolation = read_committed\n",
        "offset_reset = earliest\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ConfigText, NamesAssignedPartitionsWithTheirStart) {
  ConsumerConfig config = sound_assignment();
  config.assignment = {assigned("a", 3, StartOffset::at(Offset{7})),
                       assigned("a", 4, StartOffset::beginning())};
  const std::string text = to_string(config);
  EXPECT_THAT(text, HasSubstr("assignment[] = a[3] from offset 7\n"));
  EXPECT_THAT(text, HasSubstr("assignment[] = a[4] from beginning\n"));
}

TEST(ConfigText, HidesSecrets) {
  for (const char* property :
       {"sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem",
        "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config", "SASL.PASSWORD",
        "sasl.oauthbearer.assertion.private.key.passphrase", "my.api.token"}) {
    ConsumerConfig config = sound_config();
    config.librdkafka = {{property, "hunter2"}};
    const std::string text = to_string(config);
    EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << property;
    EXPECT_THAT(text, HasSubstr("librdkafka[\"" + std::string(property) + "\"] = ***\n"));
  }
}

TEST(ConfigText, ShowsWhatIsNoSecret) {
  ConsumerConfig config = sound_config();
  config.librdkafka = {{"sasl.username", "me"}, {"ssl.ca.location", "/etc/ca.pem"}};
  const std::string text = to_string(config);
  EXPECT_THAT(text, HasSubstr("librdkafka[\"sasl.username\"] = \"me\"\n"));
  EXPECT_THAT(text, HasSubstr("librdkafka[\"ssl.ca.location\"] = \"/etc/ca.pem\"\n"));
}

}  // namespace
}  // namespace strandline
