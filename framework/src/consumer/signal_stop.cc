#include <strandline/signal_stop.h>

#include "consumer/signal_watch.h"

namespace strandline {

class SignalStop::Impl : public detail::SignalWatch {
 public:
  using SignalWatch::SignalWatch;
};

SignalStop::SignalStop(Consumer& consumer, std::initializer_list<int> signals)
    : impl_(std::make_unique<Impl>([&consumer](StopMode mode) { consumer.request_stop(mode); },
                                   std::span(signals.begin(), signals.size()))) {}

SignalStop::~SignalStop() = default;

}  // namespace strandline
