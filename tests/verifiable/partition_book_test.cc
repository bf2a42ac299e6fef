#include "partition_book.h"

#include <gtest/gtest.h>

namespace verifiable {
namespace {

using strandline::Offset;

constexpr bool kInOrder = true;
constexpr bool kAnyOrder = false;

void add(PartitionBook& book, std::initializer_list<std::int64_t> offsets) {
  for (const std::int64_t offset : offsets) book.add(Offset{offset});
}

void expect(const std::optional<Range>& range, Range wanted) {
  ASSERT_TRUE(range);
  EXPECT_EQ(range->count, wanted.count);
  EXPECT_EQ(range->min, wanted.min);
  EXPECT_EQ(range->max, wanted.max);
}

TEST(PartitionBook, InOrderAllThatWasHandledIsReady) {
  PartitionBook book{kInOrder};
  EXPECT_FALSE(book.take_ready());
  // 7 is missing in the log itself: a transaction's marker.
  add(book, {5, 6, 8});
  expect(book.take_ready(), {3, 5, 8});
  EXPECT_FALSE(book.take_ready());
}

TEST(PartitionBook, OutOfOrderNothingIsReadyBeforeTheBeginningIsKnown) {
  PartitionBook book{kAnyOrder};
  add(book, {6, 7});
  EXPECT_FALSE(book.take_ready());
  add(book, {5});
  EXPECT_FALSE(book.take_ready());
  expect(book.take_below(Offset{8}), {3, 5, 7});
}

TEST(PartitionBook, OutOfOrderOnlyWhatFollowsWithoutAGapIsReady) {
  PartitionBook book{kAnyOrder};
  add(book, {5});
  expect(book.take_below(Offset{6}), {1, 5, 5});
  add(book, {6, 7, 9});
  expect(book.take_ready(), {2, 6, 7});
  EXPECT_FALSE(book.take_ready());
  add(book, {8});
  expect(book.take_ready(), {2, 8, 9});
}

TEST(PartitionBook, ACommitShowsThatAGapIsNone) {
  PartitionBook book{kAnyOrder};
  add(book, {5, 7, 9});
  expect(book.take_below(Offset{8}), {2, 5, 7});
  EXPECT_FALSE(book.take_below(Offset{8}));
  EXPECT_FALSE(book.take_ready());
}

TEST(PartitionBook, TheRestIsToldGapByGap) {
  PartitionBook book{kAnyOrder};
  add(book, {5, 6, 9});
  const auto ranges = book.take_rest();
  ASSERT_EQ(ranges.size(), 2U);
  expect(ranges[0], {2, 5, 6});
  expect(ranges[1], {1, 9, 9});
  EXPECT_TRUE(book.take_rest().empty());
}

}  // namespace
}  // namespace verifiable
