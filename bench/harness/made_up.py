"""A made-up result file for the tests: every row of the quick plan with figures that depend on its name alone."""

from dataclasses import asdict

import latency
import plan
import results

# Records a second; what is not named here gets OTHERS. Chosen so that every verdict occurs.
RATES = {"raw_batch": 7_000_000, "raw_poll": 4_000_000, "strandline": 7_350_000, "franz_goroutines": 7_000_000,
         "kafka_consumer": 3_700_000, "parallel_consumer": 200_000}
OTHERS = 1_000_000
NOISE = (1.0, 0.98, 1.01)
MACHINE = {"slug": "made-up-2c", "cpu": "Made Up", "cores": 2, "memory_gib": 24, "architecture": "x86_64",
           "kernel": "6.1", "load_before": 0.1}


def run_of(row, number, factor=1.0):
    ideal = plan.ideal_rate(row.arm, row.order, row.concurrency, row.work_us)
    rate = min(RATES.get(row.arm, OTHERS), 0.98 * ideal if ideal else float("inf"))
    result = {"records_per_second": rate * NOISE[number % 3] * factor, "cpu_ns_per_record": 1e9 / rate,
              "saw_all": True, "allocator": "mimalloc", "client_version": "librdkafka 2.14.2", "settings": {}}
    return {"round": number, "memory_ns": 30.0 + number, "status": "ok", "result": result}


def skipped_run(number):
    return {"round": number, "status": "skipped", "reason": "DECATON_HOME is not set"}


def summed(row, factor=1.0):
    runs = [skipped_run(n) if row.arm == "decaton" else run_of(row, n, factor) for n in range(1, row.repeats + 1)]
    return results.sum_up(row, runs, plan.ideal_rate(row.arm, row.order, row.concurrency, row.work_us))


def points():
    found = []
    for arm, p99 in (("raw_poll", 900.0), ("strandline", 960.0)):
        runs = [dict.fromkeys(latency.FIGURES, p99 + more) for more in (0, 10, 20)]
        figures = {name: results.spread([run[name] for run in runs]) for name in latency.FIGURES}
        found.append({"arm": arm, "part_of_limit": 0.5, "rate": 50_000, "saw_all": True, "runs": runs, **figures})
    return found


def result(factor=1.0, rows=None):
    rows = plan.quick() if rows is None else rows
    return {
        "schema": results.SCHEMA,
        "plan": {"name": "quick", "version": "abc", "only": None},
        "date": "2026-11-24",
        "command": "./bench/run.sh quick",
        "machine": dict(MACHINE),
        "versions": {"git_commit": "0123456789ab", "git_dirty": True, "librdkafka": "2.14.2", "jdk": "17.0.1",
                     "go": None, "clients": ["librdkafka 2.14.2"]},
        "notes": [],
        "topics": [asdict(topic) for topic in plan.topics_of(rows)],
        "rows": [summed(row, factor) for row in rows],
        "programs": [{"kind": "latency", "name": "bench_latency", "status": "measured", "reason": None,
                      **latency.sum_up(100_000, points())},
                     {"kind": "micro", "name": "bench_micro", "status": "measured", "reason": None,
                      "figures": {"allocations_per_record": 0.0},
                      "result": {"benchmarks": [{"name": "tracker", "ns_per_record": 3.25,
                                                 "allocations_per_record": 0.0}]}}],
    }
