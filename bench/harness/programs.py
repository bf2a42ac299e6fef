"""The programs beside the arms: micro benchmarks and scenarios. Each measures several things in one go.

They print JSON; its `figures` are what the table of targets is computed from.
"""

import json

from arms import find_program
from machine import scrub
from runner import SKIPPED, call, last_words, skip_reason

KINDS = ("micro", "scenario")
# What a copy costs is what it measures; nothing on the way of a record copies one.
ALLOCATES_BY_PURPOSE = ("record_view_copy",)
TIMES = ("name", "real_time", "cpu_time", "time_unit", "items_per_second")


def found(build, kind):
    """The executables of that kind in the build tree; which there are is for the build to say."""
    names = {path.name for path in build.rglob(f"bench_{kind}*") if path.is_file() and path.stat().st_mode & 0o111}
    # The variants on glibc's allocator are for asking by hand.
    return [find_program(build, name) for name in sorted(names) if not name.endswith("_glibc") and "." not in name]


def micro_figures(line):
    """Google Benchmark's report: the greatest number of allocations for a record of any benchmark."""
    counted = [run["allocations_per_record"] for run in line.get("benchmarks", [])
               if "allocations_per_record" in run and not run["name"].startswith(ALLOCATES_BY_PURPOSE)]
    # What the first turns of a loop allocated, spread over all of them, is not of the steady state.
    return {"allocations_per_record": round(max(counted), 3)} if counted else {}


def keep(kind, line):
    """Of Google Benchmark's report only what is no name or path of this machine."""
    if kind != "micro":
        return line
    return {"benchmarks": [{name: value for name, value in run.items() if name in TIMES or "_per_" in name
                            and "family" not in name} for run in line.get("benchmarks", [])]}


def command_of(kind, program, bootstrap, quick):
    if kind == "micro":
        return [str(program), "--benchmark_format=json", f"--benchmark_min_time={0.1 if quick else 1}"]
    return [str(program), "--bootstrap-servers", bootstrap, *(["--quick"] if quick else [])]


def run(kind, program, bootstrap, quick, root):
    limit = 120 if quick else 1800
    code, out, err = call(command_of(kind, program, bootstrap, quick), limit)
    outcome = {"kind": kind, "name": program.name, "status": "failed", "reason": None}
    try:
        line = json.loads(out)
    except ValueError:
        line = None
    if code == SKIPPED:
        outcome.update(status="skipped", reason=skip_reason(out, err))
    elif code is None:
        outcome["reason"] = f"killed after {limit} s"
    elif not isinstance(line, dict):
        outcome["reason"] = f"exit code {code}, no JSON on stdout: {last_words(err)}"
    elif code != 0 or not line.get("ok", True) or not line.get("saw_all", True):
        outcome.update(reason=f"exit code {code}: {last_words(err)}", result=keep(kind, line))
    else:
        figures = micro_figures(line) if kind == "micro" else line.get("figures", {})
        outcome.update(status="measured", figures=figures, result=keep(kind, line))
    if outcome["reason"]:
        outcome["reason"] = scrub(outcome["reason"], root)
    return outcome
