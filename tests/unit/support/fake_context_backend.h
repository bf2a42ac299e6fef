#pragma once

#include <strandline/context.h>

#include <functional>
#include <utility>

namespace strandline::test {

/// The machine behind a Context, under the test's control.
struct FakeContextBackend final : detail::ContextBackend {
  std::stop_source stop{};
  TopicPartition partition{"orders", PartitionId{3}};
  std::int64_t records_behind = -1;
  std::function<void(std::function<void(Result<Offset>)>)> on_commit{};
  std::coroutine_handle<> sleeping{};
  std::chrono::nanoseconds slept{};

  [[nodiscard]] std::stop_token stop_token() const override { return stop.get_token(); }
  [[nodiscard]] const TopicPartition& topic_partition() const noexcept override {
    return partition;
  }
  [[nodiscard]] std::int64_t lag() const noexcept override { return records_behind; }
  void commit(std::function<void(Result<Offset>)> answer) override { on_commit(std::move(answer)); }
  void resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter,
                    detail::SleepRoom& /*room*/) override {
    slept = delay;
    sleeping = waiter;
  }
};

}  // namespace strandline::test
