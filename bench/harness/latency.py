"""Latency from produce to the handler's start, at parts of what this machine sustains, beside the raw poll loop."""

import json
import time

import beside
import results
from arms import find_program
from machine import scrub
from runner import SKIPPED, call, last_words, skip_reason

PROGRAM = "bench_latency"
ARMS = ("raw_poll", "strandline")
FIGURES = ("p50_us", "p99_us", "p99_9_us")
FIRST_RATE, LOWEST_RATE = 50_000, 5_000
# A rate is sustained when it was sent as asked and the records did not pile up on their way.
SENT_PART, PILED_UP_US = 0.98, 100_000


class NoLatency(Exception):
    """There is no figure; the text says why."""


def sustained(line):
    received = line["arms"].values()
    return (line["achieved_rate"] >= SENT_PART * line["rate"] and
            all(arm["saw_all"] and arm["p50_us"] <= PILED_UP_US for arm in received))


def find_limit(measure, steps=8):
    """The highest rate of a ladder that measure(rate) sustains: doubled until it does not, then one rung between.

    A first rate that is too high is halved instead.
    """
    rate = FIRST_RATE
    if sustained(measure(rate)):
        for _ in range(steps):
            if not sustained(measure(rate * 2)):
                between = round(rate * 1.4)
                return between if sustained(measure(between)) else rate
            rate *= 2
        return rate
    while rate > LOWEST_RATE:
        rate //= 2
        if sustained(measure(rate)):
            return rate
    raise NoLatency(f"not even {rate} records/s are sustained here")


def _measure(program, bootstrap, rate, seconds, warm_up_s):
    command = [str(program), "--bootstrap-servers", bootstrap, "--rate", str(round(rate)),
               "--seconds", str(seconds), "--warm-up-s", str(warm_up_s)]
    code, out, err = call(command, seconds + warm_up_s + 120)
    if code == SKIPPED:
        raise NoLatency(skip_reason(out, err))
    try:
        return json.loads(out)
    except ValueError:
        raise NoLatency(f"at {rate:.0f} records/s, exit code {code}: {last_words(err)}") from None


def _points(plan, limit, measure):
    points = []
    for part, repeats in plan.parts:
        lines = [measure(part * limit) for _ in range(repeats)]
        for arm in ARMS:
            runs = [line["arms"][arm] for line in lines]
            point = {"arm": arm, "part_of_limit": part, "rate": round(part * limit),
                     "saw_all": all(run["saw_all"] for run in runs), "runs": runs}
            point |= {figure: results.spread([run[figure] for run in runs]) for figure in FIGURES}
            points.append(point)
    return points


def added_p99(points):
    """What strandline adds to the raw loop's p99 at half the limit, in microseconds.

    The median of the runs' differences: both arms of a run read the same records at the same time.
    """
    half = {point["arm"]: point for point in points if point["part_of_limit"] == 0.5}
    if set(half) != set(ARMS) or not all(point["saw_all"] for point in half.values()):
        return None
    raw, ours = ([run["p99_us"] for run in half[arm]["runs"]] for arm in ARMS)
    return results.spread([round(own - its, 3) for its, own in zip(raw, ours, strict=True)])


def sum_up(limit, points):
    """What a result file has of the points."""
    added = added_p99(points)
    return {"figures": {"added_latency_p99_us": added["median"]} if added else {},
            "result": {"limit_records_per_second": limit, "points": points, "added_p99_us": added}}


def run(plan, build, bootstrap, root):
    begun = time.monotonic()
    outcome = {"kind": "latency", "name": PROGRAM, "arguments": list(beside.latency_arguments(plan)),
               "status": "failed", "reason": None}
    program = find_program(build, PROGRAM)
    if program is None:
        return {**outcome, "reason": f"{PROGRAM} is not built"}

    def measure(rate, seconds=plan.seconds):
        return _measure(program, bootstrap, rate, seconds, plan.warm_up_s)

    try:
        limit = find_limit(lambda rate: measure(rate, plan.probe_s))
        points = _points(plan, limit, measure)
    except NoLatency as reason:
        return {**outcome, "reason": scrub(str(reason), root)}
    lost = [point["arm"] for point in points if not point["saw_all"]]
    return {**outcome, "status": "failed" if lost else "measured",
            "reason": f"records were missed: {', '.join(lost)}" if lost else None,
            "wall_s": [round(time.monotonic() - begun, 2)], **sum_up(limit, points)}
