"""What a plan measures beside its rows, as data: latency at fixed rates, scenarios and micro benchmarks."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Latency:
    """At which parts of the rate that the machine sustains, how often, and how long each time."""

    parts: tuple
    repeats: int
    seconds: int
    probe_s: int
    # The consumer joins its group in it, and what queued up meanwhile is read.
    warm_up_s: int


LATENCY = {"smoke": Latency((0.5,), 1, 1, 1, 6), "quick": Latency((0.5,), 3, 3, 2, 6),
           "full": Latency((0.1, 0.5, 0.8), 5, 15, 5, 8)}


@dataclass(frozen=True)
class Program:
    """A program with a thing of its own to measure. `figures`: (name in the table of targets, key of its line)."""

    kind: str
    name: str
    program: str
    arguments: tuple
    figures: tuple = ()
    repeats: int = 5
    timeout_s: int = 900


def scenario(name, *figures, program="bench_scenario", words=()):
    """`words`: options and their values, which name the variant too."""
    return Program("scenario", "-".join((name, *words[1::2])), program, (name, *words), figures)


# Records that wait in the framework, and records that a handler has begun and not answered.
MEMORY = [scenario("memory", ("bytes_per_record_in_flight", "bytes_per_record"),
                   ("allocations_per_record", "allocations_per_record"), program="bench_memory",
                   words=("--form", form)) for form in ("queued", "completion")]

SCENARIOS = [scenario("zipf", ("zipf_part_of_bound", "of_bound")),
             scenario("slow_partition", ("others_part_of_alone", "of_bound")),
             scenario("failing", ("failing_part_of_bound", "of_bound")),
             scenario("rebalance", ("rebalance_part_of_undisturbed", "of_bound")),
             scenario("stuck_kill", ("crash_repeats_part_of_bound", "of_bound")),
             scenario("full_queues", ("full_queues_part_of_bound", "of_bound")), *MEMORY]

SHORT = {"stuck_kill": ("--stuck-s", "2"), "memory-queued": ("--in-flight", "5000"),
         "memory-completion": ("--in-flight", "5000")}


def shortened(program):
    more = ("--records", "20000", *SHORT.get(program.name, ()))
    return replace(program, arguments=(*program.arguments, *more), repeats=1)


def micro(least):
    return Program("micro", "bench_micro", "bench_micro",
                   ("--benchmark_format=json", f"--benchmark_min_time={least}"), repeats=1)


# What quick runs of the scenarios, and how often. The others wait for minutes, or have rows as well. Those that a
# pause of the machine moves by some percent are run as often as the rows, so that their figure is a median, too.
QUICK_REPEATS = {"zipf": 3, "slow_partition": 3, "failing": 3, "memory-queued": 1, "memory-completion": 1}


def repeated(programs, repeats):
    """Those of the programs that have a number of repeats."""
    return [replace(program, repeats=repeats[program.name]) for program in programs if program.name in repeats]


PROGRAMS = {"smoke": [*map(shortened, SCENARIOS), micro(0.001)],
            "quick": [*repeated(SCENARIOS, QUICK_REPEATS), micro(0.05)],
            "full": [*SCENARIOS, micro(0.5)]}

# About how long one run of a full plan's scenario takes; the rest end within seconds.
LONG = {"rebalance": 75, "stuck_kill": 140, "zipf": 20}


def estimate_seconds(name):
    total = 0
    if latency := LATENCY[name]:
        # Each run starts and ends as well; six rates are tried before.
        once = latency.warm_up_s + 2
        total += len(latency.parts) * latency.repeats * 2 * (latency.seconds + once) + 6 * (latency.probe_s + once)
    for program in PROGRAMS[name]:
        short = program.repeats == 1
        total += program.repeats * (10 if short else LONG.get(program.name, 15))
    return total
