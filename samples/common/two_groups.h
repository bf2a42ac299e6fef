#pragma once

#include "common/demo.h"

namespace samples {

/// Plays sample 10 on a mock cluster: two groups of three processes on two partitions. When half of
/// the records are written, a member leaves each group; the idle one takes over. At the end each
/// group's sink must hold each record, and each group must be committed to the end. `argv` is
/// handed on to the members, `--mock` apart. Answers the exit code.
[[nodiscard]] int show_two_groups(Demo& demo, int argc, char** argv);

}  // namespace samples
