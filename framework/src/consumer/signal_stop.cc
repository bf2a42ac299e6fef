#include <strandline/signal_stop.h>

#include "consumer/signal_watch.h"

#include <utility>

namespace strandline {

class SignalStop::Impl : public detail::SignalWatch {
 public:
  using SignalWatch::SignalWatch;
};

SignalStop::SignalStop(Consumer& consumer, std::initializer_list<int> signals)
    : impl_(std::make_unique<Impl>([&consumer](StopMode mode) { consumer.request_stop(mode); },
                                   std::span(signals.begin(), signals.size()))) {}

SignalStop::SignalStop(std::function<void(StopMode)> stop, std::initializer_list<int> signals)
    : impl_(std::make_unique<Impl>(std::move(stop), std::span(signals.begin(), signals.size()))) {}

SignalStop::~SignalStop() = default;

}  // namespace strandline
