"""What a plan measures beside its rows, as data: latency at fixed rates, scenarios and micro benchmarks."""

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Latency:
    """At which parts of the rate that the machine sustains, how often each, and how long each time."""

    parts: tuple
    seconds: int
    probe_s: int
    # The consumer joins its group in it, and what queued up meanwhile is read.
    warm_up_s: int


def latency_arguments(latency):
    """What tells one way of measuring from another in a result file."""
    return tuple(f"{name}={value}" for name, value in asdict(latency).items())


# The figure is that of half the rate.
LATENCY = {"smoke": Latency(((0.5, 1),), 1, 1, 6), "quick": Latency(((0.5, 7),), 3, 2, 6),
           "full": Latency(((0.1, 3), (0.5, 11), (0.8, 3)), 8, 5, 6)}


@dataclass(frozen=True)
class Program:
    """A program with a thing of its own to measure. `figures`: (name in the table of targets, key of its line)."""

    kind: str
    name: str
    program: str
    arguments: tuple
    figures: tuple = ()
    repeats: int = 1
    timeout_s: int = 900
    # About how long one run takes, where its arguments say so; 0: not known.
    about_s: int = 0
    # NAME=value of the process's environment, kept with the result.
    environment: tuple = ()


def scenario(name, *figures, program="bench_scenario", words=()):
    """`words`: options and their values, which name the variant too."""
    return Program("scenario", "-".join((name, *words[1::2])), program, (name, *words), figures)


# Records that wait in the framework, and records that a handler has begun and not answered.
MEMORY = [scenario("memory", ("bytes_per_record_in_flight", "bytes_per_record"),
                   ("allocations_per_record", "allocations_per_record"), program="bench_memory",
                   words=("--form", form)) for form in ("queued", "completion", "coroutine")]

SCENARIOS = [scenario("zipf", ("zipf_part_of_bound", "of_bound")),
             scenario("slow_partition", ("others_part_of_alone", "of_bound")),
             scenario("failing"),
             scenario("rebalance", ("rebalance_part_of_undisturbed", "of_bound")),
             scenario("stuck_kill", ("crash_repeats_part_of_bound", "of_bound")),
             scenario("full_queues"), *MEMORY,
             # Freed memory goes back at once: what mimalloc keeps after a peak is more than any growth.
             replace(scenario("soak", ("soak_growth_part", "growth_part")),
                     environment=("MIMALLOC_DECOMMIT_DELAY=0",))]

SHORT = {"stuck_kill": ("--stuck-s", "2"), "memory-queued": ("--in-flight", "5000"),
         "memory-completion": ("--in-flight", "5000"), "memory-coroutine": ("--in-flight", "5000"),
         "soak": ("--rounds", "3", "--warm-up-rounds", "1")}


def shortened(program):
    more = ("--records", "20000", *SHORT.get(program.name, ()))
    return replace(program, arguments=(*program.arguments, *more), repeats=1)


def micro(least):
    """Each benchmark runs for at least so many seconds."""
    return Program("micro", "bench_micro", "bench_micro",
                   ("--benchmark_format=json", f"--benchmark_min_time={least}"), repeats=1,
                   about_s=round(20 + 60 * least))


# What quick runs of the scenarios, and how often. The others wait for minutes, or have rows as well. Those that a
# pause of the machine moves by some percent are run as often as the rows, so that their figure is a median, too.
QUICK_REPEATS = {"zipf": 3, "slow_partition": 3, "failing": 3, "memory-queued": 1, "memory-completion": 1,
                 "memory-coroutine": 1}
FULL_REPEATS = {program.name: 3 for program in SCENARIOS} | {"slow_partition": 9, "stuck_kill": 2, "soak": 1}


def repeated(programs, repeats):
    """Those of the programs that have a number of repeats."""
    return [replace(program, repeats=repeats[program.name]) for program in programs if program.name in repeats]


PROGRAMS = {"smoke": [*map(shortened, SCENARIOS), micro(0.001)],
            "quick": [*repeated(SCENARIOS, QUICK_REPEATS), micro(0.05)],
            "full": [*repeated(SCENARIOS, FULL_REPEATS), micro(0.5)]}
