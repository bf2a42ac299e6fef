#include "dispatch/router.h"

#include <strandline/log.h>

#include "support/fake_messages.h"
#include "support/manual_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct NoOwner final : detail::StrandOwner {
  void on_retry_due(detail::Strand&) override {}
};

struct RouterTest : testing::Test {
  detail::AdmittedBatch& batch(const std::vector<std::optional<std::string>>& keys) {
    detail::AdmittedBatch& made = pool.take();
    for (const auto& key : keys) {
      const std::int64_t offset = next_offset++;
      made.records.messages.push_back(messages.make({.offset = offset, .key = key, .value = "v"}));
      made.records.offsets.push_back(offset);
    }
    partition.admit(made, {});
    return made;
  }
  /// The indices each lane got, in its order.
  std::map<std::size_t, std::vector<std::uint32_t>> route(detail::Router& router,
                                                          detail::AdmittedBatch& of) {
    std::vector<detail::Strand*> touched;
    router.route(partition, of, touched);
    std::map<std::size_t, std::vector<std::uint32_t>> lanes;
    for (detail::Strand* lane : touched) {
      std::vector<detail::Stretch> taken;
      lane->take(1000, false, taken);
      for (const auto& stretch : taken) {
        for (std::uint32_t p = stretch.begin; p < stretch.end; ++p) {
          lanes[lane->number()].push_back(of.index_at(p));
        }
      }
    }
    return lanes;
  }

  std::int64_t next_offset = 0;
  NoOwner owner;
  FakeMessages messages;
  ManualClock clock;
  detail::BatchPool pool{messages};
  detail::Partition partition{{"t", PartitionId{0}},
                              Epoch{1},
                              {.isolation = detail::Isolation::token, .strands = 16},
                              owner,
                              pool};
};

TEST_F(RouterTest, PartitionOrderPutsAllInOneLane) {
  detail::Router router(Ordering::partition, {}, false, messages, clock);
  const auto lanes = route(router, batch({"a", "b", {}}));
  ASSERT_EQ(lanes.size(), 1U);
  EXPECT_EQ(lanes.at(0), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST_F(RouterTest, KeyOrderKeepsEachKeyInOneLaneInOffsetOrder) {
  detail::Router router(Ordering::key, {}, false, messages, clock);
  std::vector<std::optional<std::string>> keys;
  for (int i = 0; i < 500; ++i) keys.emplace_back("key" + std::to_string(i % 50));
  auto& all = batch(keys);
  const auto lanes = route(router, all);
  EXPECT_GT(lanes.size(), 8U) << "keys spread over the lanes";
  std::map<std::string, std::size_t> lane_of;
  std::size_t seen = 0;
  for (const auto& [lane, indices] : lanes) {
    EXPECT_TRUE(std::ranges::is_sorted(indices));
    seen += indices.size();
    for (const std::uint32_t index : indices) {
      EXPECT_EQ(lane_of.try_emplace(*keys[index], lane).first->second, lane);
    }
  }
  EXPECT_EQ(seen, 500U);
}

TEST_F(RouterTest, NullAndEmptyKeysAreNotTheSame) {
  detail::Router router(Ordering::key, {}, false, messages, clock);
  auto& three = batch({std::nullopt, "", std::nullopt});
  route(router, three);
  EXPECT_EQ(three.tokens[0], three.tokens[2]);
  EXPECT_NE(three.tokens[0], three.tokens[1]);
}

TEST_F(RouterTest, AKeyExtractorReplacesTheKey) {
  detail::Router router(
      Ordering::key,
      [](const Record& record) -> std::optional<std::string_view> {
        if (record.key() == "bad") throw std::runtime_error("no customer");
        return record.value();
      },
      false, messages, clock);
  auto& four = batch({"a", "b", "bad", std::nullopt});
  route(router, four);
  EXPECT_EQ(four.tokens[0], four.tokens[1]) << "same value";
  EXPECT_EQ(four.tokens[2], 0U) << "one that throws orders as a null key";
}

TEST_F(RouterTest, AnExtractorThatThrowsForEveryRecordSaysSoOnceASecond) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  detail::Router router(
      Ordering::key,
      [](const Record&) -> std::optional<std::string_view> {
        throw std::runtime_error("no customer");
      },
      false, messages, clock);
  route(router, batch({"a", "b"}));
  clock.advance(1s);
  route(router, batch({"c"}));
  set_log_sink({});
  EXPECT_THAT(
      lines,
      ElementsAre("the key extractor threw for t[0]@0: no customer; ordered as a null key (such "
                  "records since the last such line: 1)",
                  "the key extractor threw for t[0]@2: no customer; ordered as a null key (such "
                  "records since the last such line: 2)"));
}

TEST_F(RouterTest, WithAHandlerPerStrandTheStrandIsTheToken) {
  detail::Router router(Ordering::key, {}, true, messages, clock);
  auto& some = batch({"a", "b", "c", "a"});
  const auto lanes = route(router, some);
  for (const auto& [lane, indices] : lanes) {
    for (const std::uint32_t index : indices) EXPECT_EQ(some.tokens[index], lane);
  }
}

TEST_F(RouterTest, WithoutOrderEveryRecordHasATokenOfItsOwn) {
  detail::Router router(Ordering::none, {}, false, messages, clock);
  auto& first = batch({"a", "a"});
  auto& second = batch({"a"});
  std::set<std::uint64_t> tokens{router.token_of(first, 0), router.token_of(first, 1),
                                 router.token_of(second, 0)};
  EXPECT_EQ(tokens.size(), 3U);
}

}  // namespace
}  // namespace strandline::test
