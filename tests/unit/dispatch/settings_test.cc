#include "dispatch/settings.h"

#include "dispatch/dispatch_rig.h"

#include <gtest/gtest.h>

namespace strandline::test {
namespace {

detail::DispatchSettings settings(Ordering order, detail::HandlerKind kind, bool per_strand,
                                  unsigned workers) {
  return detail::dispatch_settings(rig_config(order), {kind, {}, per_strand}, workers);
}

using detail::HandlerKind;
using detail::Isolation;

TEST(DispatchSettings, LanesOfKeysGrowWithTheWorkersWithinBounds) {
  EXPECT_EQ(settings(Ordering::key, HandlerKind::record, false, 1).partition.strands, 16U);
  EXPECT_EQ(settings(Ordering::key, HandlerKind::record, false, 100).partition.strands, 512U);
  EXPECT_EQ(settings(Ordering::key, HandlerKind::record, false, 5000).partition.strands, 4096U);
  EXPECT_EQ(settings(Ordering::partition, HandlerKind::record, false, 100).partition.strands, 1U);
}

TEST(DispatchSettings, WhatHasAHandlerOfItsOwnWaitsAsAWhole) {
  EXPECT_EQ(settings(Ordering::key, HandlerKind::record, false, 2).partition.isolation,
            Isolation::token);
  EXPECT_EQ(settings(Ordering::key, HandlerKind::record, true, 2).partition.isolation,
            Isolation::strand);
  EXPECT_EQ(settings(Ordering::key, HandlerKind::batch, false, 2).partition.isolation,
            Isolation::strand);
  EXPECT_EQ(settings(Ordering::partition, HandlerKind::record, false, 2).partition.isolation,
            Isolation::strand);
  EXPECT_EQ(settings(Ordering::partition, HandlerKind::async, false, 2).partition.isolation,
            Isolation::token);
}

TEST(DispatchSettings, InstancesShareTheLimitsOfTheProcess) {
  ConsumerConfig config = rig_config();
  config.instances = 4;
  config.async_max = 2;
  config.in_flight.records_max = 1000;
  config.in_flight.bytes_max = 4'000'000;
  const auto shared = detail::dispatch_settings(config, {HandlerKind::record, {}, false}, 2);
  EXPECT_EQ(shared.partition.limits.records_max, 250U);
  EXPECT_EQ(shared.partition.limits.bytes_max, 1'000'000U);
  EXPECT_EQ(shared.async_max, 1U) << "never none at all";
  config.in_flight.records_max = 2;
  EXPECT_EQ(detail::dispatch_settings(config, {HandlerKind::record, {}, false}, 2)
                .partition.limits.records_max,
            1U);
}

}  // namespace
}  // namespace strandline::test
