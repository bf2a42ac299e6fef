#include "ledger.h"

#include <gtest/gtest.h>

#include <map>

// A judge that nobody has seen condemn may judge nothing: each fault must show in its own count and
// no other.
namespace quickstart {
namespace {

constexpr std::uint32_t kCustomer = 7;

class LedgerTest : public testing::Test {
 protected:
  void handle(std::uint32_t sequence, std::uint32_t assignment = 1) {
    ledger_.handled({kCustomer, sequence}, assignment);
  }
  void expect(std::uint64_t distinct, std::uint64_t duplicates, std::uint64_t out_of_order) const {
    EXPECT_EQ(ledger_.distinct(), distinct);
    EXPECT_EQ(ledger_.duplicates(), duplicates);
    EXPECT_EQ(ledger_.out_of_order(), out_of_order);
  }

  Ledger ledger_;
};

TEST_F(LedgerTest, OrdersInSequenceAreNoFault) {
  for (std::uint32_t sequence = 1; sequence <= 5; ++sequence) handle(sequence);
  expect(5, 0, 0);
}

TEST_F(LedgerTest, ARecordThatComesAgainAtTheNextOwnerIsADuplicate) {
  handle(1);
  handle(2);
  handle(1, 2);
  handle(2, 2);
  handle(3, 2);
  expect(3, 2, 0);
}

TEST_F(LedgerTest, ARecordThatComesAgainWithinOneAssignmentIsAlsoOutOfOrder) {
  handle(1);
  handle(2);
  handle(2);
  expect(2, 1, 1);
}

TEST_F(LedgerTest, ARecordBeforeItsPredecessorIsOutOfOrder) {
  handle(1);
  handle(3);
  handle(4);
  // One gap, two records too early; then the gap is filled, within the assignment backwards.
  handle(2, 2);
  handle(5, 2);
  expect(5, 0, 2);
}

TEST_F(LedgerTest, ASkippedRecordIsMissing) {
  handle(1);
  handle(3);
  expect(2, 0, 1);
}

TEST_F(LedgerTest, AnEarlyRecordThatComesAgainIsCountedOnce) {
  handle(2);
  handle(2, 2);
  expect(1, 1, 1);
}

TEST_F(LedgerTest, CustomersAreJudgedApart) {
  ledger_.handled({1, 1}, 1);
  ledger_.handled({2, 1}, 1);
  expect(2, 0, 0);
}

TEST(Stream, CountsEachCustomersOrdersFromOne) {
  std::map<std::uint32_t, std::uint32_t> last;
  for (std::uint64_t n = 0; n < kCustomers * kBurst * 2 + 5; ++n) {
    const Order order = order_at(n);
    ASSERT_EQ(order.sequence, ++last[order.customer]) << n;
  }
  EXPECT_EQ(last.size(), kCustomers);
}

}  // namespace
}  // namespace quickstart
