/// Kafka's VerifiableConsumer, as a program on strandline's public API: the process that the system
/// tests start, kill and judge. It speaks the protocol of org.apache.kafka.tools.VerifiableConsumer
/// (options in, events out), so Kafka's own tests can drive it, too.
#include "event_writer.h"
#include "options.h"
#include "reporter.h"

#include <strandline/strandline.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <stop_token>
#include <thread>

namespace verifiable {

namespace {

using namespace strandline;
using namespace std::chrono_literals;

ReporterOptions reporter_options(const Options& options, const ConsumerConfig& config) {
  return {.in_order = config.order == Ordering::partition,
          .show_records = options.verbose,
          .show_commits = !options.autocommit,
          .records_max = options.records_max};
}

/// Only what the reporter has told of is finished; the rest comes again, here or at the next owner.
Outcome handle(const Record& record, Context& context, std::chrono::microseconds work,
               Reporter& reporter, Consumer& consumer) {
  if (work.count() > 0) std::this_thread::sleep_for(work);
  const bool counted = reporter.handled(record, context);
  if (reporter.limit_reached()) consumer.request_stop();
  return counted ? Outcome::done : Outcome::retry;
}

RunSummary consume(const Options& options, EventWriter& out) {
  ConsumerConfig config = to_config(options);
  Reporter reporter(out, reporter_options(options, config));
  config.listener = &reporter;
  config.commit.on_commit = [&](std::span<const CommitAnswer> answers) {
    reporter.on_commit(answers);
  };
  // What the reporter refuses must not end the consumer.
  config.failure.attempts_max = 0;
  Consumer consumer(std::move(config));
  const SignalStop stop{consumer};
  out.write("startup_complete");
  const std::jthread ticker([&](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      reporter.tick();
      std::this_thread::sleep_for(20ms);
    }
  });
  const std::chrono::microseconds work(options.work_us);
  RunSummary summary = consumer.run([&](const Record& record, Context& context) {
    return handle(record, context, work, reporter, consumer);
  });
  reporter.finish();
  return summary;
}

}  // namespace

}  // namespace verifiable

int main(int argc, char** argv) {
  using namespace verifiable;
  const Parsed parsed = parse_options(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  try {
    EventWriter out;
    const strandline::RunSummary summary = consume(parsed.options, out);
    out.write("shutdown_complete");
    if (summary.error) std::cerr << "verifiable consumer: " << summary.error->message << '\n';
    return summary.error ? 1 : 0;
  } catch (const strandline::ConfigError& error) {
    for (const strandline::ConfigFault& fault : error.faults()) {
      std::cerr << fault.field << ' ' << fault.problem << "; " << fault.hint << '\n';
    }
  } catch (const std::exception& error) {
    std::cerr << "verifiable consumer: " << error.what() << '\n';
  }
  return 1;
}
