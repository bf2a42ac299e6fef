#include <strandline/consumer.h>

#include "consumer/group_of_instances.h"

#include <utility>

namespace strandline {

/// Between the user's threads and the pollers: everything here is either immutable after
/// construction or has its own synchronisation.
class Consumer::Impl {
 public:
  explicit Impl(ConsumerConfig&& config) : group(std::move(config)) {}
  detail::GroupOfInstances group;
};

Consumer::Consumer(ConsumerConfig config) {
  if (auto faults = detail::all_faults(config); !faults.empty()) {
    throw ConfigError(std::move(faults));
  }
  impl_ = std::make_shared<Impl>(std::move(config));
}

Consumer::Consumer(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Consumer::Consumer(Consumer&&) noexcept = default;

Consumer& Consumer::operator=(Consumer&& other) noexcept {
  if (this != &other) {
    if (impl_) request_stop(StopMode::now);
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Consumer::~Consumer() {
  if (impl_) request_stop(StopMode::now);
}

Result<Consumer> Consumer::create(ConsumerConfig config) {
  if (auto faults = detail::all_faults(config); !faults.empty()) {
    return Unexpected(ConfigError(std::move(faults)).error());
  }
  return Consumer(std::make_shared<Impl>(std::move(config)));
}

RunSummary Consumer::run_source(const detail::HandlerSource& source, const std::stop_token& stop) {
  // Its own reference: the Consumer object may be destroyed by another thread meanwhile.
  const std::shared_ptr<Impl> impl = impl_;
  return impl->group.run(source, stop);
}

namespace {

/// A handler that the caller owns: shared without being owned.
template <class H>
detail::HandlerSource borrowed(H& handler) {
  return detail::shared_source(std::shared_ptr<H>(std::shared_ptr<void>(), &handler));
}

}  // namespace

RunSummary Consumer::run(Handler& handler, const std::stop_token& stop) {
  return run_source(borrowed(handler), stop);
}
RunSummary Consumer::run(BatchHandler& handler, const std::stop_token& stop) {
  return run_source(borrowed(handler), stop);
}
RunSummary Consumer::run(AsyncHandler& handler, const std::stop_token& stop) {
  return run_source(borrowed(handler), stop);
}

void Consumer::request_stop(StopMode mode) noexcept { impl_->group.request_stop(mode); }
State Consumer::state() const noexcept { return impl_->group.state(); }
Stats Consumer::stats() const { return impl_->group.stats(); }
const ConsumerConfig& Consumer::config() const noexcept { return impl_->group.config(); }

}  // namespace strandline
