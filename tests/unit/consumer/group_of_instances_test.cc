#include "consumer/group_of_instances.h"

#include <strandline/task.h>

#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

/// Ends its poller when the test says so.
class DyingClient final : public FakeClient {
 public:
  DyingClient(FakeBroker& broker, const std::atomic<bool>& dies)
      : FakeClient(broker), dies_(dies) {}
  void poll(detail::BrokerEvents& events) override {
    if (dies_) throw std::runtime_error("no memory");
    FakeClient::poll(events);
  }

 private:
  const std::atomic<bool>& dies_;
};

/// A broker that outlives the process's consumers, as those left behind go on using it.
FakeBroker& lasting_broker() {
  static auto* const brokers = new std::deque<FakeBroker>;
  return brokers->emplace_back();
}

/// Waits for handlers that refer to the test's own variables, however slow the machine is.
detail::GroupPorts patient_ports() {
  detail::GroupPorts ports;
  ports.worker_patience = 1min;
  return ports;
}

detail::GroupPorts dying_clients(FakeBroker& broker, const std::atomic<bool>& dies) {
  detail::GroupPorts ports = patient_ports();
  ports.connect = [&](const ConsumerConfig&, unsigned, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(
        std::make_unique<DyingClient>(broker, dies));
  };
  return ports;
}

ConsumerConfig group_config(unsigned instances) {
  ConsumerConfig config = instance_config();
  config.workers = 1;
  config.instances = instances;
  return config;
}

TEST(GroupOfInstances, RecordsQueuedByAPollerThatThrewAreNotBegun) {
  static std::atomic<bool> dies{false};
  FakeBroker& broker = lasting_broker();
  broker.assign({orders(0), orders(1)});
  broker.produce(orders(0), 0, 1);
  broker.produce(orders(1), 0, 1);
  detail::GroupOfInstances group(group_config(1), dying_clients(broker, dies));
  std::atomic<int> handled{0};
  const RunSummary summary = group.run(detail::source_of([&](const Record&) {
                                         // The other partition's record is queued behind this one.
                                         ++handled;
                                         dies = true;
                                         while (group.state() == State::running) {
                                           std::this_thread::yield();
                                         }
                                       }),
                                       {});
  ASSERT_TRUE(summary.error);
  EXPECT_THAT(summary.error->message, HasSubstr("no memory"));
  EXPECT_EQ(handled, 1);
  EXPECT_TRUE(broker.committed.empty());
}

TEST(GroupOfInstances, APollerThatThrewLeavesTheGroupWithoutACommit) {
  static std::atomic<bool> dies{false};
  FakeBroker& broker = lasting_broker();
  broker.assign({orders(0)});
  broker.produce(orders(0), 0, 1);
  detail::GroupOfInstances group(group_config(1), dying_clients(broker, dies));
  EXPECT_FALSE(group.run(detail::source_of([&](const Record&) { dies = true; }), {}).ok());
  ASSERT_FALSE(broker.log.empty());
  EXPECT_EQ(broker.log.back(), "leave") << "or its partitions wait for max.poll.interval.ms";
  EXPECT_TRUE(broker.committed.empty());
}

TEST(GroupOfInstances, AHandlerThatWaitsForTheCommitOfAPollerThatThrewIsAnswered) {
  static std::atomic<bool> dies{false};
  FakeBroker& broker = lasting_broker();
  broker.answers_commits = false;
  broker.assign({orders(0)});
  broker.produce(orders(0), 0, 1);
  detail::GroupOfInstances group(group_config(1), dying_clients(broker, dies));
  std::optional<ErrorCode> answer;
  const RunSummary summary = group.run(detail::source_of([&](const Record&, Context& context) {
                                         dies = true;
                                         while (group.state() == State::running) {
                                           std::this_thread::yield();
                                         }
                                         if (const auto result = context.commit(); !result) {
                                           answer = result.error().code;
                                         }
                                       }),
                                       {});
  EXPECT_FALSE(summary.ok());
  EXPECT_EQ(answer, ErrorCode::stopped);
}

TEST(GroupOfInstances, AHandlerThatWaitsWhenThePollerThrowsIsAnswered) {
  static std::atomic<bool> dies{false};
  dies = false;
  struct DiesAfterACommit final : FakeClient {
    using FakeClient::FakeClient;
    void poll(detail::BrokerEvents& events) override {
      if (dies) throw std::runtime_error("no memory");
      FakeClient::poll(events);
    }
    Result<detail::CommitId> commit(std::span<const detail::PartitionOffset> offsets) override {
      dies = true;
      return FakeClient::commit(offsets);
    }
  };
  FakeBroker& broker = lasting_broker();
  broker.answers_commits = false;
  broker.assign({orders(0)});
  broker.produce(orders(0), 0, 1);
  detail::GroupPorts ports = patient_ports();
  ports.connect = [&](const ConsumerConfig&, unsigned, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(
        std::make_unique<DiesAfterACommit>(broker));
  };
  detail::GroupOfInstances group(group_config(1), std::move(ports));
  std::optional<ErrorCode> answer;
  const RunSummary summary = group.run(detail::source_of([&](const Record&, Context& context) {
                                         if (const auto result = context.commit(); !result) {
                                           answer = result.error().code;
                                         }
                                       }),
                                       {});
  EXPECT_FALSE(summary.ok());
  EXPECT_EQ(answer, ErrorCode::stopped);
}

TEST(GroupOfInstances, ACoroutineThatNobodyResumedIsLeftBehind) {
  // Of the process: what is left behind may look at them.
  static std::atomic<int> resumed{0};
  static std::atomic<bool> door{false};
  static std::atomic<bool> returned{false};
  resumed = 0;
  door = returned = false;
  FakeBroker& broker = lasting_broker();
  broker.assign({orders(0)});
  broker.produce(orders(0), 0, 2);
  ConsumerConfig config = group_config(1);
  config.order = Ordering::none;
  detail::GroupPorts ports;
  ports.connect = [&](const ConsumerConfig&, unsigned, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(std::make_unique<FakeClient>(broker));
  };
  detail::GroupOfInstances group(config, std::move(ports));
  std::jthread runs([&] {
    (void)group.run(detail::source_of([](const Record&, Context& context) -> Task<void> {
                      co_await context.sleep(1ms);
                      ++resumed;
                      resumed.notify_all();
                      door.wait(false);  // a call that blocks, with the only worker
                    }),
                    {});
    returned = true;
  });
  resumed.wait(0);
  group.request_stop(StopMode::now);
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!returned && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(returned) << "the thread that called run() is inside the other coroutine";
  EXPECT_EQ(resumed, 1);
  door = true;
  door.notify_all();
}

TEST(GroupOfInstances, AListenerCanTellTheInstances) {
  struct Listener final : RebalanceListener {
    void on_assigned(std::span<const TopicPartition> partitions) override {
      const std::scoped_lock lock(mutex);
      for (const TopicPartition& one : partitions) owners[one] = instance();
    }
    void on_released(std::span<const ReleasedPartition> partitions) override {
      const std::scoped_lock lock(mutex);
      for (const auto& one : partitions) EXPECT_EQ(owners[one.partition], instance());
      released += partitions.size();
    }
    std::mutex mutex;
    std::map<TopicPartition, unsigned> owners;
    std::size_t released = 0;
  } listener;
  std::deque<FakeBroker> brokers(2);
  for (std::int32_t i = 0; i < 2; ++i) {
    brokers[static_cast<std::size_t>(i)].assign({orders(i)});
    brokers[static_cast<std::size_t>(i)].produce(orders(i), 0, 1);
  }
  detail::GroupPorts ports;
  ports.connect = [&](const ConsumerConfig&, unsigned instance, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(
        std::make_unique<FakeClient>(brokers[instance]));
  };
  ConsumerConfig config = group_config(2);
  config.listener = &listener;
  detail::GroupOfInstances group(config, std::move(ports));
  std::atomic<int> handled{0};
  EXPECT_TRUE(group
                  .run(detail::source_of([&](const Record&) {
                         if (++handled == 2) group.request_stop(StopMode::drain);
                       }),
                       {})
                  .ok());
  EXPECT_EQ(listener.owners[orders(0)], 0U);
  EXPECT_EQ(listener.owners[orders(1)], 1U);
  EXPECT_EQ(listener.released, 2U);
}

TEST(GroupOfInstances, AnInstanceThatHasEndedAnswersWhileOthersDrain) {
  static std::atomic<bool> begun{false};
  static std::atomic<bool> first_closed{false};
  static std::atomic<bool> answered{false};
  static std::atomic<bool> second_closed{false};
  begun = first_closed = answered = second_closed = false;
  struct First final : FakeClient {
    using FakeClient::FakeClient;
    void poll(detail::BrokerEvents& events) override {
      if (begun && !std::exchange(told, true)) {
        events.on_error({{ErrorCode::fenced, "somebody has this identity"}, std::nullopt, true});
      }
      FakeClient::poll(events);
    }
    [[nodiscard]] bool closed() const override {
      if (FakeClient::closed()) first_closed = true;
      return FakeClient::closed();
    }
    bool told = false;
  };
  /// Needs the worker that the first one's handler holds, so to speak.
  struct Second final : FakeClient {
    using FakeClient::FakeClient;
    [[nodiscard]] bool closed() const override {
      if (answered && FakeClient::closed()) second_closed = true;
      return second_closed;
    }
  };
  std::deque<FakeBroker> brokers(2);
  brokers[0].assign({orders(0)});
  brokers[0].produce(orders(0), 0, 1);
  detail::GroupPorts ports = patient_ports();
  ports.connect = [&](const ConsumerConfig&, unsigned instance, detail::Doorbell&) {
    using Client = Result<std::unique_ptr<detail::BrokerClient>>;
    return instance == 0 ? Client(std::make_unique<First>(brokers[0]))
                         : Client(std::make_unique<Second>(brokers[1]));
  };
  ConsumerConfig config = group_config(2);
  config.commit.mode = CommitMode::manual;
  config.shutdown.drain_timeout = 10ms;
  detail::GroupOfInstances group(config, std::move(ports));
  std::optional<ErrorCode> answer;
  const RunSummary summary = group.run(detail::source_of([&](const Record&, Context& context) {
                                         begun = true;
                                         while (!first_closed) std::this_thread::yield();
                                         answer = context.commit().error().code;
                                         answered = true;
                                       }),
                                       {});
  EXPECT_EQ(answer, ErrorCode::not_assigned);
  EXPECT_TRUE(second_closed) << "before its deadline: the answer did not wait for it";
  ASSERT_TRUE(summary.error);
  EXPECT_EQ(summary.error->code, ErrorCode::fenced);
}

TEST(GroupOfInstances, AClientThatCannotStartEndsTheRun) {
  FakeBroker broker;
  broker.refuses_start = Error{ErrorCode::unknown_topic, "no such partition"};
  detail::GroupPorts ports;
  ports.connect = [&](const ConsumerConfig&, unsigned, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(std::make_unique<FakeClient>(broker));
  };
  detail::GroupOfInstances group(group_config(1), std::move(ports));
  const RunSummary summary = group.run(detail::source_of([](const Record&) {}), {});
  ASSERT_TRUE(summary.error);
  EXPECT_EQ(summary.error->message, "no such partition");
  EXPECT_EQ(group.state(), State::failed);
}

TEST(GroupOfInstances, ARefusedPollerThreadEndsThoseThatRun) {
  std::deque<FakeBroker> brokers(2);
  detail::GroupPorts ports;
  ports.connect = [&](const ConsumerConfig&, unsigned instance, detail::Doorbell&) {
    return Result<std::unique_ptr<detail::BrokerClient>>(
        std::make_unique<FakeClient>(brokers[instance]));
  };
  unsigned started = 0;
  ports.start_thread = [&](const std::function<void()>& body) {
    if (++started == 2) throw std::system_error(EAGAIN, std::generic_category());
    return std::jthread(body);
  };
  detail::GroupOfInstances group(group_config(2), std::move(ports));
  const RunSummary summary = group.run(detail::source_of([](const Record&) {}), {});
  ASSERT_TRUE(summary.error);
  EXPECT_THAT(summary.error->message, HasSubstr("refused a thread for a poller"));
  EXPECT_EQ(group.state(), State::failed);
  EXPECT_TRUE(brokers[0].closed) << "the one that runs leaves the group";
}

}  // namespace
}  // namespace strandline::test
