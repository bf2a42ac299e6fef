"""The figures to reach, each computed from rows and programs of one result file.

A target is a function from Evidence to a value, or None when what it needs was not measured. Nothing is judged
against a number from another run.
"""

import itertools
import operator
import statistics
from dataclasses import dataclass
from typing import Callable

from results import Rows

MIMALLOC_ARM = "strandline"


@dataclass(frozen=True)
class Target:
    figure: str
    goal: float
    at_most: bool
    unit: str
    value: Callable

    def reached(self, value):
        return value <= self.goal if self.at_most else value >= self.goal


def rate(row):
    return row["records_per_second"]["median"]


def by_round(mine, other, figure, combine):
    """The median over the rounds of what `combine` makes of both rows' figures; None without a common round.

    Rows of a group are measured within the same minute of a round, so a minute in which the machine was slow is in
    both of a pair, where it may be in one of two medians.
    """
    theirs = {run["round"]: run["result"][figure] for run in other["runs"] if run["status"] == "ok"}
    found = [combine(run["result"][figure], theirs[run["round"]]) for run in mine["runs"]
             if run["status"] == "ok" and run["round"] in theirs]
    return statistics.median(found) if found else None


def faster(mine, other):
    """How many times the rate of the other row."""
    return by_round(mine, other, "records_per_second", operator.truediv)


class Evidence:
    """The rows of a result and what its programs measured."""

    def __init__(self, result):
        self.rows = Rows(result)
        self._figures = {}
        for program in result.get("programs", []):
            if program["status"] == "measured":
                for name, value in program.get("figures", {}).items():
                    self._figures.setdefault(name, {})[program["name"]] = value

    def figure(self, name, programs=None):
        """Several may measure the same; the worst counts, and for all of these that is the greatest.

        `programs`: only what these measured.
        """
        found = self._figures.get(name, {})
        return max((value for program, value in found.items() if not programs or program in programs), default=None)

    def ratio(self, ours, theirs):
        """Between the fastest usable rows of both sides. Those of two groups have no minute in common: their medians."""
        mine, other = self.rows.best(**ours), self.rows.best(**theirs)
        if not mine or not other:
            return None
        return faster(mine, other) if mine["group"] == other["group"] else rate(mine) / rate(other)

    def added_cpu(self, ours, theirs):
        """Of the same rows that the ratio is of: the fastest setting may not buy its speed with CPU unseen."""
        mine, other = self.rows.best(**ours), self.rows.best(**theirs)
        return by_round(mine, other, "cpu_ns_per_record", operator.sub) if mine and other else None

    def part_of_ideal(self, **wanted):
        row = self.rows.best(**wanted)
        return row["part_of_ideal"] if row and row.get("part_of_ideal") else None


def ours(order, topic="t100", **more):
    # Workers as many as cores on both: one setting is named, not the luckiest of many.
    return {"arm": MIMALLOC_ARM, "group": more.pop("group", "noop-100B"), "topic": topic, "order": order,
            "handler": "record", "mode": "blocking", "work_us": 0, "concurrency": 2, "options": {}, **more}


def noop(arm, topic="t100", group="noop-100B", **more):
    """Of the same group: only its rows were run in turn with ours."""
    return {"arm": arm, "group": group, "topic": topic, "work_us": 0, **more}


def _by_peer(order, peer, topic="t100", group="noop-100B", **more):
    return lambda e: e.ratio(ours(order, topic, group=group), noop(peer, topic, group, **more))


def _by_framework(our_order, peer, **more):
    """Peers that are too slow for the long topic are measured on a shorter one; rates are compared."""
    return lambda e: e.ratio(ours(our_order), {"arm": peer, "group": "noop-frameworks", "work_us": 0, **more})


def _added_cpu(order):
    return lambda e: e.added_cpu(ours(order), noop("raw_batch"))


def _sleep(**wanted):
    return lambda e: e.part_of_ideal(arm=MIMALLOC_ARM, group="sleep-10ms", order="none", **wanted)


def blocking_of_bare(evidence):
    """What the kernel leaves of the ideal with so many threads is no framework's doing."""
    same = {"group": "sleep-10ms", "mode": "blocking", "order": "none", "concurrency": 1000}
    return evidence.ratio({"arm": MIMALLOC_ARM, **same}, {"arm": "bare_threads", **same})


def never_falls(evidence):
    """The lowest of: the rate at one concurrency over that at any lower one."""
    rows = sorted(evidence.rows.usable(group="scaling"), key=lambda row: row["concurrency"])
    rows = [row for row in rows if row["concurrency"] <= 20]
    if len(rows) < 2 or rows[-1]["concurrency"] < 20:
        return None
    ratios = [faster(higher, lower) for lower, higher in itertools.combinations(rows, 2)]
    return min((ratio for ratio in ratios if ratio is not None), default=None)


def slow_handlers(evidence):
    rows = evidence.rows.all(group="full-queues")
    good = evidence.rows.usable(group="full-queues")
    return min(row["part_of_ideal"] for row in good) if rows and len(good) == len(rows) else None


def _figure(name, *programs):
    return lambda e: e.figure(name, programs)


def _worst(*sources):
    """The greatest of figures that have different names in different programs: (name, program)."""
    def value(evidence):
        found = [evidence.figure(name, [program]) for name, program in sources]
        return max((one for one in found if one is not None), default=None)
    return value


def at_least(figure, goal, value, unit="×"):
    return Target(figure, goal, False, unit, value)


def at_most(figure, goal, value, unit):
    return Target(figure, goal, True, unit, value)


NOOP = "no-op 100 B"
TARGETS = (
    at_least(f"{NOOP}, partition order, commits on / raw batch loop", 1.0, _by_peer("partition", "raw_batch")),
    at_most(f"{NOOP}, partition order: CPU added to the raw batch loop", 20, _added_cpu("partition"), "ns a record"),
    at_least(f"{NOOP}, key order / raw batch loop", 0.90, _by_peer("key", "raw_batch")),
    at_most(f"{NOOP}, key order: CPU added to the raw batch loop", 60, _added_cpu("key"), "ns a record"),
    at_least(f"{NOOP}, partition order / raw consumer_poll loop", 1.6, _by_peer("partition", "raw_poll")),
    at_least(f"{NOOP} / franz-go with a goroutine per partition", 1.0, _by_peer("partition", "franz_goroutines")),
    at_least(f"{NOOP} / franz-go with a goroutine per partition, its defaults", 1.0,
             _by_peer("partition", "franz_goroutines", options={})),
    at_least("no-op 1 KB / franz-go with a goroutine per partition", 2.5,
             _by_peer("partition", "franz_goroutines", "t1k", "noop-1KB")),
    at_least(f"{NOOP} / Java KafkaConsumer at its best setting", 1.7, _by_peer("partition", "kafka_consumer")),
    at_least("no-op 1 KB / Java KafkaConsumer at its best setting", 2.5,
             _by_peer("partition", "kafka_consumer", "t1k", "noop-1KB")),
    at_least("no-op, no order / Parallel Consumer's best setting", 20,
             _by_framework("none", "parallel_consumer", order="none")),
    at_least("no-op, key order / Parallel Consumer's best setting", 30,
             _by_framework("key", "parallel_consumer", order="key")),
    at_least("no-op, partition order / Decaton's best setting", 8, _by_framework("partition", "decaton")),
    at_least("work 10 ms, concurrency 1000, asynchronous: part of the ideal", 0.97,
             _sleep(mode="async", concurrency=1000), ""),
    at_least("work 10 ms, concurrency 5000, asynchronous: part of the ideal", 0.95,
             _sleep(mode="async", concurrency=5000), ""),
    at_least("work 10 ms, 1000 blocking handlers: part of the ideal", 0.95,
             _sleep(mode="blocking", concurrency=1000), ""),
    at_least("work 10 ms, 1000 blocking handlers / as many threads that only sleep", 0.95, blocking_of_bare),
    at_least("no-op, concurrency 1 to 20: lowest rate over that at a lower concurrency", 0.95, never_falls, ""),
    at_least("slow handlers, queues full: part of what they could do", 0.95, slow_handlers, ""),
    at_most("latency p99 at 50 % load, added to the raw poll loop", 100, _figure("added_latency_p99_us"), "µs"),
    # By form: what a record takes until a handler has it is the framework's; what a begun call keeps is the handler's,
    # too, since it may end at any time on any thread.
    at_most("memory beyond librdkafka's: record that waits in the framework", 64,
            _figure("bytes_per_record_in_flight", "memory-queued"), "B"),
    at_most("memory beyond librdkafka's: record begun by an asynchronous handler", 64,
            _figure("bytes_per_record_in_flight", "memory-completion"), "B"),
    at_most("memory beyond librdkafka's: record begun by a coroutine", 64,
            _figure("bytes_per_record_in_flight", "memory-coroutine"), "B"),
    at_most("allocations at steady state: record, handler returns", 0,
            _figure("allocations_per_record", "memory-queued", "bench_micro"), ""),
    at_most("allocations at steady state: record, asynchronous handler", 0,
            _figure("allocations_per_record", "memory-completion"), ""),
    at_most("allocations at steady state: record, coroutine", 0,
            _worst(("allocations_per_coroutine", "bench_micro"), ("allocations_per_record", "memory-coroutine")), ""),
    at_most("memory over an hour's records (10,000 a second): growth from its first to its last third", 0.05,
            _figure("soak_growth_part"), ""),
    at_most("one slow partition of 12: what the others lose", 0.02, _figure("slow_partition_loss"), ""),
    at_least("Zipf keys (s = 1), key order, 1 ms: part of the hottest key's bound", 0.95,
             _figure("zipf_part_of_bound"), ""),
    at_least("rebalance every 10 s, cooperative: part of the undisturbed rate", 0.90,
             _figure("rebalance_part_of_undisturbed"), ""),
    at_most("crash with a stuck record: records again / (in flight + one commit interval)", 1.0,
            _figure("crash_repeats_part_of_bound"), "×"),
)


def judge(result):
    """[{figure, goal, value, verdict}] in the order of the table."""
    evidence = Evidence(result)
    verdicts = []
    for target in TARGETS:
        value = target.value(evidence)
        verdict = "not measured" if value is None else "yes" if target.reached(value) else "no"
        verdicts.append({"figure": target.figure, "goal": target.goal, "at_most": target.at_most,
                         "unit": target.unit, "value": value, "reached": verdict})
    return verdicts
