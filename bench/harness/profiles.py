#!/usr/bin/env python3
"""Where an arm's CPU time goes, by thread and by what its functions do. Called by bench/profile.sh.

Samples of the cpu-clock: virtual machines seldom have the processor's counters.
"""

import argparse
import collections
import datetime
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import broker
import machine
import plan
import profile_rules
import report
import results
from arms import ARMS, command_of, find_program, label_of

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
README = ROOT / "bench" / "README.md"
SKIPPED = 77
FREQUENCY = 2000
# Several readings in one process, so that its start is a small part of the samples.
PASSES = 4
ROWS = (plan.row("profile", "raw_batch", "t100", passes=PASSES),
        plan.row("profile", "strandline", "t100", "partition", 2, passes=PASSES),
        plan.row("profile", "strandline", "t100", "key", 2, passes=PASSES))
# Groups below this part are one line, with what is largest in them.
SMALL = 0.003
LINE = re.compile(r"^\s*(?P<comm>.+?)\s+(?P<tid>\d+)\s+[0-9a-f]+\s+(?P<symbol>.*?)\s+\((?P<dso>[^()]*)\)$")


class NoProfile(Exception):
    """perf cannot be used here; the text says why."""


def perf_program():
    perf = shutil.which("perf")
    if perf is None:
        raise NoProfile("perf is not installed; on Debian: apt-get install linux-perf")
    with tempfile.TemporaryDirectory() as directory:
        tried = subprocess.run([perf, "record", "-q", "-e", "cpu-clock", "-o", f"{directory}/data", "true"],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if tried.returncode != 0:
        raise NoProfile("perf may not sample here; as root, or with kernel.perf_event_paranoid at 1: "
                        + " ".join(tried.stderr.split())[:200])
    return perf


def samples_of(text, rooms):
    """{(thread, group, symbol): samples} of what perf script said; threads of one name are one."""
    found = collections.Counter()
    for line in text.splitlines():
        if match := LINE.match(line):
            thread = match["comm"].rstrip("0123456789") or match["comm"]
            symbol = re.sub(r"\.(localalias|constprop|isra|part|cold)(\.\d+)*", "", match["symbol"])
            dso = match["dso"].rsplit("/", 1)[-1]
            name = dso if symbol == "[unknown]" else symbol
            found[thread, profile_rules.group_of(dso, symbol, rooms), name] += 1
    return found


def _sums(samples, key):
    sums = collections.Counter()
    for names, count in samples.items():
        sums[key(*names)] += count
    return sums


def _short(symbol):
    """Without arguments of templates and our own namespaces, which fill lines."""
    while (shorter := re.sub(r"<[^<>]*>", "", symbol)) != symbol:
        symbol = shorter
    symbol = symbol.replace("strandline::detail::", "").replace("(anonymous namespace)::", "")
    return symbol.split("(")[0] or symbol


def _largest(samples, group):
    of_group = _sums({names: count for names, count in samples.items() if names[1] == group}, lambda t, g, s: _short(s))
    return ", ".join(f"{name} {count / of_group.total():.0%}" for name, count in of_group.most_common(3))


def tables(samples, ns_per_record):
    """Markdown: groups down, threads across, in parts of all samples; and ns of a record."""
    total = samples.total()
    threads = [name for name, count in _sums(samples, lambda t, g, s: t).most_common() if count >= SMALL * total]
    by_group = _sums(samples, lambda t, g, s: g)
    cells = _sums(samples, lambda t, g, s: (t, g))
    lines = []
    for group, count in by_group.most_common():
        if count < SMALL * total and group != profile_rules.OTHER:
            continue
        parts = [f"{cells[thread, group] / total:.1%}" if cells[thread, group] else "" for thread in threads]
        lines.append((group, f"{count / total:.1%}", f"{ns_per_record * count / total:.1f}", *parts,
                      _largest(samples, group)))
    sums = _sums(samples, lambda t, g, s: t)
    lines.append(("all", "100%", f"{ns_per_record:.0f}", *(f"{sums[thread] / total:.1%}" for thread in threads), ""))
    return report.table(("what", "part", "ns a record", *threads, "largest (part of its line)"),
                        ("---", "--:", "--:", *["--:"] * len(threads), "---"), lines)


def profile(perf, row, kafka, build, rooms):
    """(samples, the arm's line)"""
    command, reason = command_of(ARMS[row.arm], ROOT, build)
    if command is None:
        raise SystemExit(f"profile: {reason}")
    topic = kafka.topic_name(plan.TOPICS[row.topic])
    with tempfile.TemporaryDirectory() as directory:
        data = f"{directory}/perf.data"
        done = subprocess.run([perf, "record", "-q", "-e", "cpu-clock", "-F", str(FREQUENCY), "-o", data, "--",
                               *command, *row.arguments(kafka.bootstrap, topic)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise SystemExit(f"profile: {row.id}: {done.stderr.strip()[-500:]}")
        script = subprocess.run([perf, "script", "-i", data, "-F", "comm,tid,ip,sym,dso"], stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, errors="replace", check=True, timeout=600)
    return samples_of(script.stdout, rooms), json.loads(done.stdout)


def _section(row, samples, line):
    summed = {**vars(row), "options": dict(row.options)}
    state = "" if line["saw_all"] else " It did not see every record: its figures mean nothing."
    return [f"## {label_of(summed)}", "",
            f"{samples.total():,} samples over {row.passes} readings of {line['records']:,} records; "
            f"{line['cpu_ns_per_record']:.0f} ns of CPU a record in the last one.{state}", "",
            *tables(samples, line["cpu_ns_per_record"])]


def markdown(header, profiles):
    lines = [f"# Where the time goes, {header['date']}", "", *report.machine_part(header),
             "Parts of all samples of the process, its start included. Inlined functions count as their callers; "
             "perf slows what it watches, so compare parts, and take rates from the benchmark.", ""]
    for part in profiles:
        lines += _section(*part)
    return "\n".join(lines).rstrip() + "\n"


def free_path(directory, header):
    stem = f"{header['date']}-{header['machine']['slug']}-profile"
    number, path = 1, Path(directory) / f"{stem}.md"
    while path.exists():
        number += 1
        path = Path(directory) / f"{stem}-{number}.md"
    return path


def newest(directory):
    """The last profile in the directory, None without one."""
    return max(Path(directory).glob("*-profile*.md"), key=lambda path: results.age_of(path.with_suffix("")),
               default=None)


def readme_part(path):
    return f"Newest: [results/{path.name}](results/{path.name}).\n" if path else "There is no profile yet.\n"


def publish():
    text = report.with_part(README.read_text(encoding="utf-8"), report.PROFILE_MARKS, readme_part(newest(RESULTS)))
    README.write_text(text, encoding="utf-8")


def run(args):
    perf = perf_program()
    build = Path(args.build)
    rooms = profile_rules.rooms_of(ROOT / "framework")
    known = None if args.bootstrap_servers else broker.kafka_version()
    header = {"date": datetime.date.today().isoformat(), "command": "./bench/profile.sh",
              "machine": machine.describe(), "versions": machine.versions(ROOT, build, known)}
    opened = broker.given(args.bootstrap_servers) if args.bootstrap_servers else broker.started(ROOT / "build" /
                                                                                                 "bench-broker")
    profiles = []
    with opened as kafka:
        for topic in plan.topics_of(ROWS):
            kafka.fill(find_program(build, "bench_fill"), topic)
        for row in ROWS:
            print(f"profile: {row.id}", flush=True)
            profiles.append((row, *profile(perf, row, kafka, build, rooms)))
        if args.bootstrap_servers:
            print(f"profile: left on the broker: topics {', '.join(kafka.filled)}")
    machine.complete_versions(header["versions"], [line for _, _, line in profiles])
    path = free_path(args.results or RESULTS, header)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(markdown(header, profiles), encoding="utf-8")
    if path.parent.resolve() == RESULTS:
        publish()
    print(f"profile: wrote {path}")
    return 0 if all(line["saw_all"] for _, _, line in profiles) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "bench")
    parser.add_argument("--bootstrap-servers", help="a broker that runs already; default: one is started")
    parser.add_argument("--results", help="directory; default: bench/results")
    try:
        return run(parser.parse_args())
    except (NoProfile, broker.Unavailable) as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
