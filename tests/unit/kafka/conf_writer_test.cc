#include "kafka/conf_writer.h"

#include <gtest/gtest.h>

#include <array>

namespace strandline::detail {
namespace {

TEST(ConfWriter, CollectsWhatIsRefusedAndGoesOn) {
  ConfWriter conf;
  conf.set("no.such.thing", 1, "first");
  conf.set("fetch.wait.max.ms", std::chrono::milliseconds(-5), "second");
  conf.set("client.id", "id", "third");
  ASSERT_EQ(conf.faults().size(), 2U);
  EXPECT_EQ(conf.faults()[0].field, "first");
  EXPECT_NE(conf.faults()[0].problem.find("no.such.thing"), std::string::npos);
  EXPECT_EQ(conf.faults()[1].field, "second");
  EXPECT_NE(conf.faults()[1].problem.find("fetch.wait.max.ms"), std::string::npos);
  std::array<char, 64> text{};
  std::size_t size = text.size();
  ASSERT_EQ(rd_kafka_conf_get(conf.get(), "client.id", text.data(), &size), RD_KAFKA_CONF_OK);
  EXPECT_STREQ(text.data(), "id");
}

TEST(ConfWriter, OurDefaultsMayBeUnknownToTheLibrary) {
  ConfWriter conf;
  conf.set_if_known("no.such.thing", "1");
  EXPECT_TRUE(conf.faults().empty());
  EXPECT_TRUE(conf.take());
}

}  // namespace
}  // namespace strandline::detail
