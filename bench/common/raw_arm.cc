#include "common/raw_arm.h"

#include "common/config.h"

#include <optional>
#include <stdexcept>

namespace bench {

namespace {

/// What would make the figure one of something else.
void refuse(const Options& options, const RawPass& pass) {
  if (options.order != "partition" || options.concurrency != 1 || options.async()) {
    throw std::runtime_error(options.arm + " is one thread in partition order, and blocks");
  }
  if (pass.expected() != options.records) {
    throw std::runtime_error(options.topic + " holds " + std::to_string(pass.expected()) +
                             " records, not " + std::to_string(options.records));
  }
}

nlohmann::json settings_of(const Options& options) {
  const strandline::ConsumerConfig config = consumer_config(options, "unused");
  nlohmann::json settings = fetch_settings(config, options);
  settings["commit"] = config.commit.mode == strandline::CommitMode::none ? "none" : "auto";
  return settings;
}

}  // namespace

int raw_arm_main(int argc, char** argv, const std::string& arm,
                 const std::function<void(const Options&, RawPass&)>& loop) {
  const Options options = parse_options(argc, argv, arm);
  return guarded_main([&] {
    std::optional<RawPass> pass;
    for (unsigned i = 0; i < options.passes; ++i) {
      pass.emplace(options);
      refuse(options, *pass);
      pass->begin();
      loop(options, *pass);
    }
    return pass->report(settings_of(options));
  });
}

}  // namespace bench
