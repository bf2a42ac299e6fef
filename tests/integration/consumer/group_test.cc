// Several members: what moves between them, what the listener hears, and that nothing moves twice.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"
#include "support/log_capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace strandline::testing {
namespace {

constexpr int kRecords = 150;  // in each partition, each time

/// Checks that events make sense as they come: nothing is assigned twice, nothing is taken away
/// that was not there. Thread safety: called by all pollers, hence the lock.
class OwnershipListener final : public RebalanceListener {
 public:
  void on_assigned(std::span<const TopicPartition> partitions) override {
    const std::scoped_lock lock(mutex_);
    for (const TopicPartition& partition : partitions) {
      EXPECT_TRUE(owned_.insert(partition).second) << to_string(partition) << " assigned twice";
    }
    ++assigned_;
  }
  void on_revoked(std::span<const TopicPartition> partitions) override { remove(partitions); }
  void on_lost(std::span<const TopicPartition> partitions) override {
    remove(partitions);
    const std::scoped_lock lock(mutex_);
    ++lost_;
  }

  [[nodiscard]] std::set<TopicPartition> owned() const {
    const std::scoped_lock lock(mutex_);
    return owned_;
  }
  [[nodiscard]] int assigned() const {
    const std::scoped_lock lock(mutex_);
    return assigned_;
  }
  [[nodiscard]] int lost() const {
    const std::scoped_lock lock(mutex_);
    return lost_;
  }

 private:
  void remove(std::span<const TopicPartition> partitions) {
    const std::scoped_lock lock(mutex_);
    for (const TopicPartition& partition : partitions) {
      EXPECT_EQ(owned_.erase(partition), 1U) << to_string(partition) << " was not assigned";
    }
  }

  mutable std::mutex mutex_;
  std::set<TopicPartition> owned_;  // guarded by mutex_, as are the counts
  int assigned_ = 0;
  int lost_ = 0;
};

class GroupTest : public ClusterTest, public ::testing::WithParamInterface<Assignor> {
 protected:
  GroupTest() : ClusterTest(4) {}
};

TEST_P(GroupTest, ASecondConsumerTakesItsShareAndTheRestWhenTheFirstLeaves) {
  ConsumerConfig settings = config();
  settings.group.assignor = GetParam();
  OwnershipListener listeners[2];
  Journal journal;
  const auto handler = [&](const Record& record) { journal.write(record); };
  fill(kRecords);
  settings.listener = &listeners[0];
  LiveConsumer first(settings, handler);
  ASSERT_TRUE(journal.wait_for(static_cast<std::size_t>(4 * kRecords)));
  // The mock cluster, unlike brokers, takes no commits while an eager group joins.
  ASSERT_TRUE(eventually([&] { return all_committed(); }));

  settings.listener = &listeners[1];
  LiveConsumer second(settings, handler);
  ASSERT_TRUE(eventually(
      [&] { return listeners[0].owned().size() == 2 && listeners[1].owned().size() == 2; }));
  fill(kRecords);
  ASSERT_TRUE(journal.wait_for(static_cast<std::size_t>(8 * kRecords)));
  ASSERT_TRUE(eventually([&] { return all_committed(); }));

  EXPECT_TRUE(first.stop().ok());
  EXPECT_TRUE(listeners[0].owned().empty());
  ASSERT_TRUE(eventually([&] { return listeners[1].owned().size() == 4; }));
  fill(kRecords);
  ASSERT_TRUE(journal.wait_for(static_cast<std::size_t>(12 * kRecords)));
  EXPECT_TRUE(second.stop().ok());
  EXPECT_TRUE(listeners[1].owned().empty());

  EXPECT_EQ(listeners[0].lost() + listeners[1].lost(), 0);
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
  for (const auto& [partition, offsets] : journal.offsets()) {
    EXPECT_EQ(offsets, up_to(3 * kRecords)) << to_string(partition);
  }
}

INSTANTIATE_TEST_SUITE_P(Assignors, GroupTest,
                         ::testing::Values(Assignor::range, Assignor::cooperative_sticky),
                         [](const auto& test) {
                           return test.param == Assignor::range ? std::string("Range")
                                                                : std::string("Cooperative");
                         });

class InstancesTest : public ClusterTest {
 protected:
  InstancesTest() : ClusterTest(6) {}
};

TEST_F(InstancesTest, ThreeShareThePartitionsAndOnePool) {
  ConsumerConfig settings = config();
  settings.instances = 3;
  settings.workers = 2;
  OwnershipListener listener;
  settings.listener = &listener;
  Journal journal;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  LiveConsumer consumer(settings, [&](const Record& record) {
    {
      const std::scoped_lock lock(mutex);
      threads.insert(std::this_thread::get_id());
    }
    journal.write(record);
  });
  ASSERT_TRUE(eventually([&] {
    const Stats stats = consumer->stats();
    return stats.instances.size() == 3 &&
           std::ranges::all_of(stats.instances, [](const InstanceStats& instance) {
             return instance.partitions.size() == 2;
           });
  }));
  fill(kRecords);
  ASSERT_TRUE(journal.wait_for(static_cast<std::size_t>(6 * kRecords)));
  // Before the first of them leaves: from then on the mock cluster refuses the others' commits.
  ASSERT_TRUE(eventually([&] { return all_committed(); }));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
  EXPECT_TRUE(listener.owned().empty());
  EXPECT_LE(threads.size(), 2U);
  EXPECT_EQ(summary.stats.total().processed, static_cast<std::uint64_t>(6 * kRecords));
}

class RevokeTest : public ClusterTest {
 protected:
  RevokeTest() : ClusterTest(2) {}
};

TEST_F(RevokeTest, ARevokedPartitionsRunningHandlerFinishesAndIsCommittedFirst) {
  ConsumerConfig settings = config();
  // In a classic group of the mock cluster a member whose SyncGroup comes after the leader's is
  // refused and joins again, and nobody's commits are taken meanwhile: neither is so on a broker.
  settings.group = {.protocol = GroupProtocol::consumer};
  fill(1);
  OwnershipListener listener;
  settings.listener = &listener;
  LogCapture log(LogLevel::info);
  Door door;
  Journal journal;
  const auto handler = [&](const Record& record) {
    door.wait();
    journal.write(record);
  };
  LiveConsumer first(settings, handler);
  ASSERT_TRUE(door.wait_for_visitors(2));
  ConsumerConfig others = settings;
  others.listener = nullptr;
  LiveConsumer second(others, handler);
  // The revoke has come: it waits for the handler, who is inside.
  ASSERT_TRUE(log.wait_for("revoked orders"));
  EXPECT_EQ(listener.owned().size(), 2U);
  door.open();
  ASSERT_TRUE(eventually([&] { return second.total().partitions.size() == 1; }));
  ASSERT_TRUE(eventually([&] { return all_committed(); }));
  first.stop();
  second.stop();
  EXPECT_TRUE(each_once(journal)) << "a drained record must not come again";
}

TEST_F(RevokeTest, AListenerThatThrowsStopsNothing) {
  struct ThrowingListener final : RebalanceListener {
    void on_assigned(std::span<const TopicPartition>) override { throw 1; }
    void on_revoked(std::span<const TopicPartition>) override { throw std::runtime_error("no"); }
  } listener;
  ConsumerConfig settings = config();
  settings.listener = &listener;
  fill(kRecords);
  Journal journal;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(2 * kRecords)));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

enum class Membership { range, cooperative, consumer, by_hand };

class StopWithListenerTest : public ClusterTest, public ::testing::WithParamInterface<Membership> {
 protected:
  StopWithListenerTest() : ClusterTest(3) {}

  [[nodiscard]] ConsumerConfig member_config() const {
    ConsumerConfig settings = config();
    settings.commit.mode = CommitMode::manual;  // no commit but the final one
    switch (GetParam()) {
      case Membership::range:
        settings.group.assignor = Assignor::range;
        break;
      case Membership::cooperative:
        break;
      case Membership::consumer:
        settings.group = {.protocol = GroupProtocol::consumer};
        break;
      case Membership::by_hand:
        settings.topics.clear();
        for (std::int32_t p = 0; p < partitions; ++p) settings.assignment.push_back({orders(p)});
        break;
    }
    return settings;
  }
};

TEST_P(StopWithListenerTest, CommitsAfterTheListenerHasFlushed) {
  struct Flushing final : RebalanceListener {
    explicit Flushing(std::function<std::int64_t(std::int32_t)> ask) : committed(std::move(ask)) {}
    void on_revoked(std::span<const TopicPartition> revoked) override {
      for (const TopicPartition& one : revoked) {
        EXPECT_EQ(committed(one.partition.value()), Offset{}.value()) << "nothing is flushed yet";
        ++flushed;
      }
    }
    void on_released(std::span<const ReleasedPartition> all) override {
      for (const ReleasedPartition& one : all) EXPECT_EQ(one.committed, one.position);
      released += all.size();
    }
    std::function<std::int64_t(std::int32_t)> committed;
    int flushed = 0;
    std::size_t released = 0;
  } listener([this](std::int32_t partition) { return committed(partition); });
  ConsumerConfig settings = member_config();
  settings.listener = &listener;
  fill(kRecords);
  Journal journal;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  ASSERT_TRUE(journal.wait_for(static_cast<std::size_t>(3 * kRecords)));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_EQ(listener.flushed, 3);
  EXPECT_EQ(listener.released, 3U);
  EXPECT_TRUE(all_committed());
}

std::string name_of(const ::testing::TestParamInfo<Membership>& test) {
  switch (test.param) {
    case Membership::range:
      return "Range";
    case Membership::cooperative:
      return "Cooperative";
    case Membership::consumer:
      return "Consumer";
    case Membership::by_hand:
      break;
  }
  return "ByHand";
}

INSTANTIATE_TEST_SUITE_P(Memberships, StopWithListenerTest,
                         ::testing::Values(Membership::range, Membership::cooperative,
                                           Membership::consumer, Membership::by_hand),
                         name_of);

}  // namespace
}  // namespace strandline::testing
