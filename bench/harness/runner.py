"""Runs arms, one at a time, and keeps what each said or why it said nothing."""

import json
import os
import signal
import subprocess
import time
from pathlib import PurePath

import placement
from arms import ARMS, command_of, find_program
from machine import scrub

SKIPPED = 77
# For start, join and closing, beyond what the arm itself may take for a pass.
GRACE_S = 60
NEEDED = ("records_per_second", "cpu_ns_per_record", "saw_all")


def _kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def call(command, timeout_s, cores=None):
    """(exit code or None at the deadline, stdout, stderr). Nothing of it is left running. `cores`: None: all."""
    # Between fork and exec, so that its threads, and how many cores it counts, follow from it.
    place = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", start_new_session=True, preexec_fn=place)
    try:
        out, err = process.communicate(timeout=timeout_s)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        _kill_group(process)
        out, err = process.communicate()
        return None, out, err
    except BaseException:
        _kill_group(process)
        raise


def skip_reason(out, err):
    """From the arm's {"skipped": reason}, or from a line "skipped: reason"."""
    try:
        return str(json.loads(out)["skipped"])
    except (ValueError, KeyError, TypeError):
        pass
    for line in (out + "\n" + err).splitlines():
        if line.strip().startswith("skipped:"):
            return line.split("skipped:", 1)[1].strip()
    return "the arm said it cannot run here, and not why"


def last_words(err):
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def parse_line(out):
    """(the arm's line, None) or (None, what is wrong with its output)."""
    lines = [line for line in out.splitlines() if line.strip()]
    if len(lines) != 1:
        return None, f"{len(lines)} lines on stdout instead of one of JSON"
    try:
        result = json.loads(lines[0])
    except json.JSONDecodeError as error:
        return None, f"its line is not JSON: {error}"
    if not isinstance(result, dict):
        return None, "its line is JSON but no object"
    missing = [key for key in NEEDED if not isinstance(result.get(key), (int, float))]
    return (None, f"its line lacks {', '.join(missing)}") if missing else (result, None)


def judge(code, out, err, timeout_s):
    """The outcome of one run: {status: ok|failed|skipped, reason?, result?}."""
    if code == SKIPPED:
        return {"status": "skipped", "reason": skip_reason(out, err)}
    result, wrong = parse_line(out)
    outcome = {"result": result} if result else {}
    if code is None:
        return {**outcome, "status": "failed", "reason": f"killed after {timeout_s} s"}
    if result and not result["saw_all"]:
        reason = f"did not see every record (exit code {code}): {last_words(err)}"
        return {**outcome, "status": "failed", "reason": reason}
    if code != 0:
        return {**outcome, "status": "failed", "reason": f"exit code {code}: {last_words(err)}"}
    if wrong:
        return {"status": "failed", "reason": wrong}
    return {"status": "ok", "result": result}


class Runner:
    """Runs rows of the plan against one broker. `unbuilt`: peer folder's name → why it could not be built here."""

    def __init__(self, root, build, broker, unbuilt):
        self._root, self._build, self._broker = root, build, broker
        self._unbuilt = unbuilt
        self._cannot = {}

    def run(self, row, topic):
        if row.id in self._cannot:
            return {"status": "skipped", "reason": self._cannot[row.id]}
        peer = PurePath(ARMS[row.arm].peer).name
        if peer in self._unbuilt:
            return {"status": "skipped", "reason": scrub(self._unbuilt[peer], self._root)}
        command, reason = command_of(ARMS[row.arm], self._root, self._build)
        if command is None:
            return {"status": "failed", "reason": reason}
        if row.placement and (reason := self._immovable()):
            return {"status": "skipped", "reason": reason}
        limit = row.timeout_s * row.passes + GRACE_S
        command += row.arguments(self._broker.bootstrap, self._broker.topic_name(topic))
        begun = time.monotonic()
        outcome = {**self._call(row, command, limit), "wall_s": round(time.monotonic() - begun, 2)}
        if "reason" in outcome:
            outcome["reason"] = scrub(outcome["reason"], self._root)
        if outcome["status"] == "skipped":
            self._cannot[row.id] = outcome["reason"]
        return outcome

    def memory_ns(self):
        """What a random access within a cache's worth of memory takes just now; None where it cannot be said."""
        program = find_program(self._build, "bench_memory_speed")
        code, out, _ = call([str(program)], GRACE_S) if program else (None, "", "")
        return round(json.loads(out)["random_access_ns"], 1) if code == 0 else None

    def _immovable(self):
        """Why broker and arm cannot be kept apart, or None."""
        if self._broker.pid is None:
            return "the broker was given, so it stays on the cores that it has"
        return "there is one core" if len(os.sched_getaffinity(0)) < 2 else None

    def _call(self, row, command, limit):
        if row.placement != placement.APART:
            return judge(*call(command, limit), limit)
        with placement.apart(self._broker.pid) as cores:
            return judge(*call(command, limit, cores), limit)


def run_group(rows, topics, runner, say):
    """{row id: runs}. Round by round through the group, so that a slow minute meets every arm of it.

    Each round begins with a look at the memory, so that the file tells which minutes were slow.
    """
    runs = {row.id: [] for row in rows}
    for number in range(1, max(row.repeats for row in rows) + 1):
        memory_ns = runner.memory_ns()
        for row in rows:
            if number > row.repeats:
                continue
            outcome = {"round": number, "memory_ns": memory_ns, **runner.run(row, topics[row.topic])}
            runs[row.id].append(outcome)
            say(row, outcome)
    return runs
