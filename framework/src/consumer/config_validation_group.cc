#include "consumer/config_validation.h"

namespace strandline::detail {

namespace {

constexpr std::chrono::milliseconds kSessionMax = std::chrono::hours(1);
constexpr std::chrono::milliseconds kPollIntervalMax = std::chrono::hours(24);

void check_classic(const GroupConfig& group, ConfigFaults& faults) {
  faults.add_if(!group.remote_assignor.empty(), "group.remote_assignor",
                "is set, but with the classic protocol the client assigns",
                "choose group.assignor, or set group.protocol to GroupProtocol::consumer");
  const bool session =
      faults.check_range("group.session_timeout", group.session_timeout, 1ms, kSessionMax);
  const bool heartbeat =
      faults.check_range("group.heartbeat_interval", group.heartbeat_interval, 1ms, kSessionMax);
  faults.add_if(
      session && heartbeat && group.heartbeat_interval * 3 > group.session_timeout,
      "group.heartbeat_interval",
      "is more than a third of group.session_timeout: one lost heartbeat evicts the member",
      "shorten it, or lengthen group.session_timeout");
  faults.add_if(session && group.max_poll_interval < group.session_timeout,
                "group.max_poll_interval", "is shorter than group.session_timeout",
                "lengthen it, or shorten group.session_timeout");
}

// Values that the broker would ignore are refused: who set them counts on them.
void check_consumer_protocol(const GroupConfig& group, ConfigFaults& faults) {
  const GroupConfig untouched;
  constexpr const char* kProtocol =
      "is set, but with GroupProtocol::consumer the broker decides it for the whole group";
  faults.add_if(group.session_timeout != untouched.session_timeout, "group.session_timeout",
                kProtocol, "set group.consumer.session.timeout.ms on the broker");
  faults.add_if(group.heartbeat_interval != untouched.heartbeat_interval,
                "group.heartbeat_interval", kProtocol,
                "set group.consumer.heartbeat.interval.ms on the broker");
  faults.add_if(group.assignor != untouched.assignor, "group.assignor",
                "is set, but with GroupProtocol::consumer the broker assigns",
                "choose group.remote_assignor");
}

}  // namespace

void validate_group(const ConsumerConfig& config, ConfigFaults& faults) {
  const GroupConfig& group = config.group;
  faults.check_range("group.max_poll_interval", group.max_poll_interval, 1ms, kPollIntervalMax);
  if (!config.assignment.empty()) {
    faults.add_if(!group.instance_id.empty(), "group.instance_id",
                  "is set, but with a manual assignment no group is joined",
                  "drop it, or subscribe to topics");
    return;
  }
  if (group.protocol == GroupProtocol::classic) {
    check_classic(group, faults);
  } else {
    check_consumer_protocol(group, faults);
  }
}

}  // namespace strandline::detail
