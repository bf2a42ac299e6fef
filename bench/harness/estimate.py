"""How long a plan takes, from what its rows and programs took in the newest results, else from a rule of thumb."""

import statistics
from collections import defaultdict

import beside
import plan
import results
from arms import ARMS

# Records a second that each arm reaches at least.
PACE = {"parallel_consumer": 100_000, "decaton": 400_000, "franz_goroutines": 5_000_000}
# A process's start and end, beside its passes.
PROCESS_S, JVM_S = 0.2, 1.6
# About how long one run of a scenario takes that is not over within seconds.
LONG = {"rebalance": 75, "stuck_kill": 140, "zipf": 10, "slow_partition": 14, "soak": 115}
SHORT_S = 5
FILL_BYTES_PER_S = 60e6
BROKER_S = 8


def _overhead(arm):
    return JVM_S if ARMS[arm].jvm else PROCESS_S


def row_by_rule(r):
    """About how long one run of the row takes, start and group join included."""
    records = plan.TOPICS[r.topic].records
    pace = PACE.get(r.arm, 4_500_000 if not ARMS[r.arm].jvm else 2_800_000)
    if dict(r.options).get("batch") and ARMS[r.arm].jvm:
        pace *= 2.5
    ideal = plan.ideal_rate(r.arm, r.order, r.concurrency, r.work_us)
    if r.arm == "parallel_consumer":
        pace = min(pace, 45_000) if ideal else pace
        pace = 1000 if r.order == "partition" else pace
    once = records / min(pace, ideal or pace)
    return min(r.passes * (once + 0.2) + _overhead(r.arm), r.timeout_s)


def program_by_rule(program):
    return program.about_s or LONG.get(program.name, SHORT_S)


def latency_by_rule(latency):
    """Each run starts and ends as well; some rates are tried before."""
    once = latency.warm_up_s + 0.5
    runs = sum(repeats for _, repeats in latency.parts)
    return runs * (latency.seconds + once) + 5 * (latency.probe_s + once)


class Recorded:
    """What runs took in the newest result that has them."""

    def __init__(self, found=()):
        """`found`: results, the newest last."""
        self._rows, self._programs = {}, {}
        for result in found:
            for row in result["rows"]:
                took = [self._of_run(row, run) for run in row["runs"] if run["status"] != "skipped"]
                if took:
                    self._rows[row["id"]] = statistics.median(took)
            for program in result["programs"]:
                if program.get("wall_s"):
                    key = self._program_key(program["name"], program.get("arguments", ()))
                    self._programs[key] = statistics.median(program["wall_s"])

    @staticmethod
    def _of_run(row, run):
        if "wall_s" in run or "result" not in run:
            return run.get("wall_s", row["timeout_s"])
        # An older file, which has the clock of the handler only.
        result = run["result"]
        return row["passes"] * (result.get("startup_ms", 0) / 1e3 + result.get("seconds", 0)) + _overhead(row["arm"])

    @staticmethod
    def _program_key(name, arguments):
        return name, tuple(arguments)

    def row(self, r):
        """Seconds of one run, or None."""
        return self._rows.get(r.id)

    def program(self, name, arguments):
        return self._programs.get(self._program_key(name, arguments))


def of_directory(directory):
    """From all results there; one that cannot be read tells nothing."""
    found = []
    for path in sorted(directory.glob("*.json"), key=lambda path: results.age_of(path.with_suffix(""))):
        try:
            found.append(results.read(path))
        except results.BadResult:
            continue
    return Recorded(found)


def _of(recorded, rule):
    return recorded if recorded is not None else rule


def row_seconds(r, recorded):
    return _of(recorded.row(r), row_by_rule(r))


def parts(name, rows, recorded):
    """[(part, seconds, runs, of them known from a result)] of a whole plan; the sweep's groups are one part."""
    found = defaultdict(lambda: [0.0, 0, 0])

    def add(part, seconds, runs, known):
        entry = found[part]
        entry[0] += seconds
        entry[1] += runs
        entry[2] += runs if known is not None else 0

    filled = sum(t.records * t.size for t in plan.topics_of(rows)) / FILL_BYTES_PER_S
    add("broker and topics", BROKER_S + filled, 1, None)
    for r in rows:
        part = "sweep" if r.group.startswith("sweep-") else r.group
        add(part, r.repeats * row_seconds(r, recorded), r.repeats, recorded.row(r))
    if latency := beside.LATENCY[name]:
        known = recorded.program("bench_latency", beside.latency_arguments(latency))
        add("latency", _of(known, latency_by_rule(latency)), 1, known)
    for program in beside.PROGRAMS[name]:
        known = recorded.program(program.name, program.arguments)
        add(program.name, program.repeats * _of(known, program_by_rule(program)), program.repeats, known)
    return [(part, *entry) for part, entry in found.items()]


def minutes(name, rows, recorded):
    return sum(seconds for _, seconds, _, _ in parts(name, rows, recorded)) / 60


def table(name, rows, recorded):
    lines = [f"{seconds / 60:6.1f} min  {part}: {runs} runs" + (f", {known} as in the results" if known else "")
             for part, seconds, runs, known in parts(name, rows, recorded)]
    decaton = sum(r.repeats * row_seconds(r, recorded) for r in rows if r.arm == "decaton")
    return "\n".join([*lines, f"{minutes(name, rows, recorded):6.1f} min  in all, without set-up and build; "
                      f"{decaton / 60:.1f} min of it are Decaton's, which is skipped without its jars"])
