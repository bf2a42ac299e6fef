#!/usr/bin/env python3
"""Measures a plan against one broker, writes the result, its report and charts; or compares two results.

Called by bench/run.sh, which builds everything first.
"""

import argparse
import datetime
import re
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path

import beside
import broker
import compare
import estimate
import latency
import machine
import plan
import programs
import report
import results
import targets
from arms import find_program
from runner import Runner, run_group

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
README = ROOT / "bench" / "README.md"
# What is no measurement of a whole plan is for the one who asked, not for the list of results.
PARTIAL_RESULTS = ROOT / "build" / "bench-results"
BROKERS = ROOT / "build" / "bench-broker"
SKIPPED = 77


def say(text):
    print(f"bench: {text}", flush=True)


def say_run(row, outcome):
    if outcome["status"] == "ok":
        result = outcome["result"]
        what = f"{result['records_per_second']:>12,.0f} records/s {result['cpu_ns_per_record']:>8,.0f} ns"
    else:
        what = f"{outcome['status']}: {outcome['reason']}"
    print(f"  round {outcome['round']}  {what}  {row.id}", flush=True)


def chosen(rows, pattern):
    return [row for row in rows if not pattern or re.search(pattern, row.id)]


def measure_rows(rows, kafka, build, unbuilt):
    """Yields the summed up rows. Topics are filled first, so that no fill runs beside a measurement."""
    filler = find_program(build, "bench_fill")
    if filler is None:
        raise SystemExit(f"bench: bench_fill is not built in {build}; run bench/run.sh, which builds it")
    for topic in plan.topics_of(rows):
        took = kafka.fill(filler, topic)["seconds"]
        say(f"filled {topic.name}: {topic.records:,} × {topic.size} B in {took:.1f} s")
    runner = Runner(ROOT, build, kafka, unbuilt)
    for group, members in plan.groups_of(rows):
        say(f"group {group}: {len(members)} rows")
        runs = run_group(members, plan.TOPICS, runner, say_run)
        for row in members:
            ideal = plan.ideal_rate(row.arm, row.order, row.concurrency, row.work_us)
            yield results.sum_up(row, runs[row.id], ideal)


def say_program(outcome):
    print(f"  {outcome['status']} {outcome['reason'] or outcome.get('figures', '')}", flush=True)
    return outcome


def measure_programs(name, kafka, build, pattern):
    """Yields what each of them measured."""
    def wanted(program):
        return not pattern or re.search(pattern, program)

    if beside.LATENCY[name] and wanted(latency.PROGRAM):
        say(f"latency: {latency.PROGRAM}")
        yield say_program(latency.run(beside.LATENCY[name], build, kafka.bootstrap, ROOT))
    for program in beside.PROGRAMS[name]:
        if wanted(program.name):
            say(f"{program.kind}: {program.name}")
            yield say_program(programs.run(program, kafka.bootstrap, build, ROOT))


def header(args, rows, described):
    """A result file without its rows. Made before the first run: the commit may be another one at the end."""
    build = Path(args.build)
    given = "The broker was given, not started by this run; its version is not known"
    kafka = None if args.bootstrap_servers else broker.kafka_version()
    return {
        "schema": results.SCHEMA,
        "plan": {"name": args.plan, "version": plan.version_of(args.plan), "only": args.only},
        "date": datetime.date.today().isoformat(),
        "command": " ".join(["./bench/run.sh", args.plan, *([f"--only '{args.only}'"] if args.only else [])]),
        "machine": described,
        "versions": machine.versions(ROOT, build, kafka),
        "notes": [given] if args.bootstrap_servers else [],
        "topics": [asdict(topic) for topic in plan.topics_of(rows)],
        "rows": [],
        "programs": [],
    }


def measure(args, rows, result):
    """Fills the result in. What is known is kept in a file after each step: the whole may take hours."""
    build = Path(args.build)
    kept = PARTIAL_RESULTS / "unfinished.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    opened = broker.given(args.bootstrap_servers) if args.bootstrap_servers else broker.started(BROKERS)
    with opened as kafka:
        for part, outcomes in (("rows", measure_rows(rows, kafka, build, dict(args.without))),
                               ("programs", measure_programs(args.plan, kafka, build, args.only))):
            for outcome in outcomes:
                result[part].append(outcome)
                results.write(kept, result)
        if args.bootstrap_servers:
            say(f"left on the broker: topics {', '.join(kafka.filled) or 'none'}")
    machine.complete_versions(result["versions"], result["rows"])
    kept.unlink(missing_ok=True)


def show(name, only):
    """Every row and program of a plan, and how long its parts take."""
    rows = chosen(plan.PLANS[name](), only)
    print("\n".join(f"{row.id} × {row.repeats}" for row in rows))
    if not only:
        print("\n".join(f"{program.name} × {program.repeats}" for program in beside.PROGRAMS[name]))
        print(estimate.table(name, rows, estimate.of_directory(RESULTS)))


def run(args):
    rows = chosen(plan.PLANS[args.plan](), args.only)
    say(f"plan {args.plan}: {len(rows)} rows" +
        ("" if args.only else
         f", about {estimate.minutes(args.plan, rows, estimate.of_directory(RESULTS)):.0f} minutes"))
    described = machine.describe()
    if described["load_before"] > 0.5 * described["cores"]:
        say(f"warning: the load is {described['load_before']} before the run; the figures will be noisy")
    result = header(args, rows, described)
    begun = time.monotonic()
    measure(args, rows, result)
    result["took_minutes"] = round((time.monotonic() - begun) / 60, 1)
    usual = PARTIAL_RESULTS if args.only or args.plan == "smoke" else RESULTS
    stem = results.free_stem(args.results or usual, result)
    stem.parent.mkdir(parents=True, exist_ok=True)
    results.write(f"{stem}.json", result)
    write_report(f"{stem}.json")
    return conclude(result)


def write_report(path):
    # Here, because a machine that only compares needs no matplotlib.
    import charts
    result = results.read(path)
    stem = Path(path).with_suffix("")
    drawn = charts.draw(result, f"{stem}.svg")
    text = report.markdown(result, f"{stem.name}.svg" if drawn else None)
    Path(f"{stem}.md").write_text(text, encoding="utf-8")
    say(f"wrote {stem}.json, .md" + (" and .svg" if drawn else "; no charts: no row has a figure"))
    if stem.resolve().parent == RESULTS:
        publish()


def publish():
    """bench/README.md shows the newest result of the list."""
    stem = results.newest(RESULTS)
    part = report.readme_part(results.read(f"{stem}.json"), stem)
    README.write_text(report.with_part(README.read_text(encoding="utf-8"), report.RESULT_MARKS, part), encoding="utf-8")


def conclude(result):
    """Prints the table of figures; fails where an arm failed, not where a target was missed."""
    for verdict in targets.judge(result) if result["plan"]["name"] != "smoke" else []:
        value = "" if verdict["value"] is None else f"{verdict['value']:.3g}"
        print(f"  {verdict['reached']:<12} {value:>8}  ({'≤' if verdict['at_most'] else '≥'} {verdict['goal']:g}"
              f" {verdict['unit']})  {verdict['figure']}")
    failed = [row["id"] for row in result["rows"] if row["status"] == "failed"]
    failed += [program["name"] for program in result["programs"] if program["status"] == "failed"]
    for name in failed:
        say(f"failed: {name}")
    return 1 if failed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="measure")
    one.add_argument("plan", choices=plan.PLANS)
    one.add_argument("--build", default=ROOT / "build" / "bench")
    one.add_argument("--bootstrap-servers", help="a broker that runs already; default: one is started")
    one.add_argument("--only", help="a regular expression for the rows' ids and the programs' names")
    one.add_argument("--without", nargs=2, action="append", default=[], metavar=("PEER", "REASON"),
                     help="a peer (java, go) that could not be built, and why: its arms are skipped")
    one.add_argument("--results", help="directory; default: bench/results, with --only build/bench-results")
    one = commands.add_parser("report", help="write a result's .md and .svg again")
    one.add_argument("file")
    one = commands.add_parser("compare", help="how much each row moved from the first result to the second")
    one.add_argument("old")
    one.add_argument("new")
    one = commands.add_parser("list", help="print the rows of a plan")
    one.add_argument("plan", choices=plan.PLANS)
    one.add_argument("--only")
    return parser.parse_args()


def main():
    args = arguments()
    # Without a handler the broker would end all the same, but its gigabytes would stay.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if args.command == "run":
            return run(args)
        if args.command == "report":
            write_report(args.file)
        elif args.command == "compare":
            print(compare.report(results.read(args.old), results.read(args.new)), end="")
        else:
            show(args.plan, args.only)
        return 0
    except (compare.Refused, results.BadResult) as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    except broker.Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
