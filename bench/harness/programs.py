"""The programs beside the arms: micro benchmarks and scenarios.

They print JSON; the plan says which of its values are figures of the table of targets.
"""

import json
import statistics
import time

from arms import find_program
from machine import scrub
from runner import SKIPPED, call, last_words, skip_reason

# What a copy costs is what it measures; nothing on the way of a record copies one.
ALLOCATES_BY_PURPOSE = ("record_view_copy",)
COROUTINES = "dispatch_coroutines"
KEPT_OF_MICRO = ("name", "real_time", "cpu_time", "time_unit", "items_per_second", "mebibytes")


def micro_figures(line):
    """Google Benchmark's report: the greatest number of allocations for a record of any benchmark.

    Coroutines apart: their frames are the handler's.
    """
    figures = {}
    for run in line.get("benchmarks", []):
        if "allocations_per_record" not in run or run["name"].startswith(ALLOCATES_BY_PURPOSE):
            continue
        name = "allocations_per_coroutine" if run["name"].startswith(COROUTINES) else "allocations_per_record"
        # What the first turns of a loop allocated, spread over all of them, is not of the steady state.
        figures[name] = max(figures.get(name, 0), round(run["allocations_per_record"], 3))
    return figures


def keep_of_micro(line):
    """Only what is no name or path of this machine."""
    def kept(name):
        return name in KEPT_OF_MICRO or name.endswith(("_per_record", "_per_partition"))
    return {"benchmarks": [{name: value for name, value in run.items() if kept(name)}
                           for run in line.get("benchmarks", [])]}


def scenario_figures(figures, lines):
    """The median over the runs; a smaller part of a record than a thousandth is no allocation of the steady state."""
    found = {}
    for name, key in figures:
        values = [line[key] for line in lines if isinstance(line.get(key), (int, float))]
        if values:
            middle = statistics.median(values)
            found[name] = round(middle, 3) if name == "allocations_per_record" else middle
    if "others_part_of_alone" in found:
        found["slow_partition_loss"] = 1 - found["others_part_of_alone"]
    return found


def judge(code, out, err, limit):
    """(line, status, reason) of one run."""
    if code == SKIPPED:
        return None, "skipped", skip_reason(out, err)
    try:
        line = json.loads(out)
    except ValueError:
        line = None
    if code is None:
        return line, "failed", f"killed after {limit} s"
    if not isinstance(line, dict):
        return None, "failed", f"exit code {code}, no JSON on stdout: {last_words(err)}"
    if code != 0 or not line.get("saw_all", True):
        missed = "" if line.get("saw_all", True) else "did not see every record, "
        return line, "failed", f"{missed}exit code {code}: {last_words(err)}"
    return line, "measured", None


def run(program, bootstrap, build, root):
    """All runs of one program, summed up as an entry of the result file."""
    outcome = {"kind": program.kind, "name": program.name, "arguments": list(program.arguments),
               "environment": list(program.environment),
               "repeats": program.repeats, "status": "measured", "reason": None, "wall_s": []}
    path = find_program(build, program.program)
    if path is None:
        return {**outcome, "status": "failed", "reason": f"{program.program} is not built"}
    command = ["env", *program.environment, str(path), *program.arguments]
    if program.kind == "scenario":
        command += ["--bootstrap-servers", bootstrap]
    lines, took = [], outcome["wall_s"]
    for _ in range(program.repeats):
        begun = time.monotonic()
        line, status, reason = judge(*call(command, program.timeout_s), program.timeout_s)
        lines.append(line or {})
        took.append(round(time.monotonic() - begun, 2))
        if status != "measured":
            outcome.update(status=status, reason=scrub(reason, root))
        if status == "skipped":
            break
    if program.kind == "micro":
        return {**outcome, "figures": micro_figures(lines[0]), "result": keep_of_micro(lines[0])}
    return {**outcome, "figures": scenario_figures(program.figures, lines), "result": {"runs": lines}}
