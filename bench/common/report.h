#pragma once

#include "common/meter.h"
#include "common/options.h"
#include "common/tally.h"
#include "common/topics.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <vector>

namespace bench {

/// Every record of the topic was handled once: as many as there are, with the right offsets.
[[nodiscard]] bool saw_all(const std::vector<Extent>& topic, const Tally& tally);
[[nodiscard]] std::uint64_t count_of(const std::vector<Extent>& topic);

/// The arm's one line on stdout. Returns its exit status: 0 when every record was seen.
int print_report(const Options& options, const std::vector<Extent>& topic, const Tally& tally,
                 const Meter& meter, const nlohmann::json& settings);

/// Runs `body`, turns what it throws into a message on stderr and exit status 2.
int guarded_main(const std::function<int()>& body);

}  // namespace bench
