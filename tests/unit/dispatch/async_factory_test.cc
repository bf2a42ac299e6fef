// Asynchronous handlers that a factory makes: each strand has its own.
#include <strandline/handler.h>

#include "dispatch/dispatch_rig.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace strandline::test {
namespace {

/// A handler of a strand's own, which knows how many there are.
struct OwnHandler final : AsyncHandler {
  using Body = std::function<void(const Record&, Completion)>;
  OwnHandler(int& how_many, const Body& what) : alive(how_many), body(what) { ++alive; }
  OwnHandler(const OwnHandler&) = delete;
  OwnHandler& operator=(const OwnHandler&) = delete;
  ~OwnHandler() override { --alive; }
  void handle(const Record& record, Context&, Completion completion) override {
    body(record, std::move(completion));
  }
  int& alive;
  const Body& body;
};

TEST(AsyncFactory, WithoutOrderAFactorysHandlerLivesUntilItsCallIsAnswered) {
  int alive = 0;
  int made = 0;
  std::map<std::int64_t, Completion> held;
  const OwnHandler::Body body = [&](const Record& record, Completion completion) {
    held.emplace(record.offset().value(), std::move(completion));
  };
  {
    DispatchRig rig(rig_config(Ordering::none), [&](const StrandInfo&) {
      ++made;
      return std::make_unique<OwnHandler>(alive, body);
    });
    auto& partition = rig.assign();
    rig.admit(partition, 0, 2);
    rig.run_all();
    EXPECT_EQ(alive, 2) << "a call-back may come back to it";
    std::move(held.at(0)).done();
    rig.run_all();
    rig.admit(partition, 2, 1);
    rig.run_all();
    EXPECT_EQ(made, 2) << "the one that is free again is used again";
    std::move(held.at(1)).done();
    std::move(held.at(2)).done();
    rig.run_all();
    EXPECT_EQ(rig.position(partition), 3);
  }
  EXPECT_EQ(alive, 0);
}

TEST(AsyncFactory, AnAnswerFromInsideAFactorysHandlerWaitsForItsReturn) {
  DispatchRig* poller = nullptr;
  int alive = 0;
  int inside = 0;
  const OwnHandler::Body body = [&](const Record&, Completion completion) {
    EXPECT_EQ(++inside, 1) << "its state has no lock";
    std::move(completion).done();
    poller->turn();
    while (!poller->jobs.empty()) poller->run_job();
    --inside;
  };
  DispatchRig rig(rig_config(),
                  [&](const StrandInfo&) { return std::make_unique<OwnHandler>(alive, body); });
  poller = &rig;
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 3);
}

}  // namespace
}  // namespace strandline::test
