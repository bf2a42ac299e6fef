"""The Markdown report of one result file. The same file gives the same text."""

import targets
from arms import label_of
from results import spread

VERSION_NAMES = {"git_commit": "strandline", "kafka_broker": "Kafka broker", "jdk": "JDK", "go": "Go"}


def _rate(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    return f"{value / 1e3:.1f} k" if value >= 1e3 else f"{value:.1f}"


def _cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(head, alignment, lines):
    return ["| " + " | ".join(head) + " |", "|" + "|".join(alignment) + "|",
            *("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines), ""]


def machine_part(result):
    machine, versions = result["machine"], dict(result["versions"])
    clients = versions.pop("clients", [])
    if versions.pop("git_dirty", False):
        versions["git_commit"] = f"{versions['git_commit']} with uncommitted changes"
    said = ", ".join(f"{VERSION_NAMES.get(name, name)} {value}" for name, value in versions.items() if value)
    lines = [f"- Machine: {machine['cpu']}, {machine['cores']} cores shared with the broker, "
             f"{machine['memory_gib']} GiB, {machine['architecture']}, kernel {machine['kernel']}; "
             f"load before the run {machine['load_before']}",
             f"- Versions: {said}", f"- Clients: {', '.join(clients) or 'none'}",
             f"- Command: `{result['command']}`"]
    if plan := result.get("plan"):
        took = f", took {result['took_minutes']:.0f} minutes" if result.get("took_minutes") else ""
        lines.append(f"- Plan: {plan['name']}, version {plan['version']}{took}")
    rounds = _memory_by_round(result["rows"])
    if seen := spread(rounds.values()):
        lines.append(f"- Memory: a random access within 16 MiB took {seen['median']:.0f} ns (median of {len(rounds)} "
                     f"rounds, from {seen['min']:.0f} to {seen['max']:.0f})")
    lines += [f"- {note}" for note in result.get("notes", [])]
    return lines + [""]


def _memory_by_round(rows):
    """{(group, round): ns}, in order; older results have none."""
    return {(row["group"], run["round"]): run["memory_ns"] for row in rows
            for run in row["runs"] if run.get("memory_ns")}


def _goal(verdict):
    return f"{'≤' if verdict['at_most'] else '≥'} {verdict['goal']:g} {verdict['unit']}".strip()


def _three_digits(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def targets_part(result):
    lines = []
    for verdict in targets.judge(result):
        value = "" if verdict["value"] is None else f"{_three_digits(verdict['value'])} {verdict['unit']}".strip()
        lines.append((verdict["figure"], _goal(verdict), value, verdict["reached"]))
    return ["## Figures to reach", "", *table(("figure", "target", "value", "reached"), ("---", "--:", "--:", "---"),
                                               lines)]


def _row_line(row, topics):
    topic = topics[row["topic"]]
    size = f"{topic['records']:,} × {topic['size']} B" + ("" if topic["compression"] == "none" else ", lz4")
    work = f"{row['work_us'] / 1000:g} ms" if row["work_us"] else "none"
    if row["work_us"] or row["mode"] != "blocking":
        work += f" {row['mode']}"
    head = (label_of(row), size, work)
    good = sum(1 for run in row["runs"] if run["status"] == "ok")
    if not row["records_per_second"]:
        return (*head, "–", "–", "–", "–", "–", f"{row['status']}: {row['reason']}")
    rate, cpu = row["records_per_second"], row["cpu_ns_per_record"]
    part = f"{row['part_of_ideal']:.1%}" if row.get("part_of_ideal") else ""
    state = "yes" if row["saw_all"] else "NO"
    if row["status"] == "failed":
        state += f"; {len(row['runs']) - good} of {len(row['runs'])} runs failed: {row['reason']}"
    return (*head, _rate(rate["median"]), f"{_rate(rate['min'])} – {_rate(rate['max'])}",
            f"{rate['relative_iqr']:.1%}", f"{cpu['median']:.0f}", part, state)


def _memory(rows):
    said = ", ".join(f"{ns:.0f}" for ns in _memory_by_round(rows).values())
    return [f"Memory, by round: {said} ns.", ""] if said else []


def rows_part(result):
    topics = {topic["name"]: topic for topic in result["topics"]}
    lines = ["## Every row", "", "Rows of a group were run in turn, round by round. Medians; the range is from the "
             "slowest to the fastest run, IQR the distance between the quartiles as a part of the median. Memory: what a "
             "random access within 16 MiB took at the start of each round; librdkafka waits for memory, so rounds of "
             "one group differ as it does.", ""]
    groups = {}
    for row in result["rows"]:
        groups.setdefault(row["group"], []).append(row)
    for group, rows in groups.items():
        repeats = sorted({row["repeats"] for row in rows})
        lines += [f"### {group} ({' or '.join(map(str, repeats))} repeats)", "", *_memory(rows)]
        lines += table(("arm", "topic", "work", "records/s", "range", "IQR", "CPU ns/record", "of ideal", "saw all"),
                        ("---", "---", "---", "--:", "--:", "--:", "--:", "--:", "---"),
                        [_row_line(row, topics) for row in rows])
    return lines


def _value(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _micro_table(result):
    """One column for each counter that any of them has."""
    runs = result.get("benchmarks", [])
    counters = list(dict.fromkeys(name for run in runs for name in run
                                  if name.endswith(("_per_record", "_per_partition"))))
    return table(("benchmark", *(name.replace("_", " ") for name in counters)), ("---", *["--:"] * len(counters)),
                  [(run["name"], *(_value(run.get(name, "")) for name in counters)) for run in runs])


def _latency_line(point):
    middle = [f"{point[name]['median']:.0f}" for name in ("p50_us", "p99_us", "p99_9_us")]
    return (point["arm"], f"{_rate(point['rate'])} ({point['part_of_limit']:.0%})", *middle,
            f"{point['p99_us']['min']:.0f} – {point['p99_us']['max']:.0f}", "yes" if point["saw_all"] else "NO")


def _latency_table(result):
    limit = _rate(result["limit_records_per_second"])
    added = result.get("added_p99_us")
    more = [f"Added to the raw loop's p99 at half of it: median of the runs {added['median']:.0f} µs, from "
            f"{added['min']:.0f} to {added['max']:.0f}.", ""] if added else []
    return [f"Sustained: {limit} records/s.", "", *more,
            *table(("arm", "rate", "p50 µs", "p99 µs", "p99.9 µs", "p99 range", "saw all"),
                    ("---", "--:", "--:", "--:", "--:", "--:", "---"), map(_latency_line, result["points"]))]


def _scenario_table(program):
    """Every number that its line has, over its runs."""
    runs = [run for run in program["result"]["runs"] if run]
    names = dict.fromkeys(name for run in runs for name, value in run.items()
                          if isinstance(value, (int, float)) and not isinstance(value, bool))
    lines = []
    for name in names:
        found = spread([run[name] for run in runs if name in run])
        ends = f"{_value(found['min'])} – {_value(found['max'])}"
        lines.append((name.replace("_", " "), _value(found["median"]), ends))
    return table((f"{len(runs)} runs", "median", "range"), ("---", "--:", "--:"), lines)


def programs_part(result):
    if not result.get("programs"):
        return []
    lines = ["## Latency, scenarios and micro benchmarks", ""]
    tables = {"micro": _micro_table, "latency": _latency_table}
    for program in result["programs"]:
        lines.append(f"### {program['name']}: {program['status']}" +
                     (f" ({_cell(program['reason'])})" if program["reason"] else ""))
        lines.append("")
        if program["kind"] in tables and program.get("result"):
            lines += tables[program["kind"]](program["result"])
        elif program["kind"] == "scenario" and program.get("result"):
            lines += _scenario_table(program)
    return lines


RESULT_MARKS = ("<!-- the newest result -->", "<!-- end -->")
PROFILE_MARKS = ("<!-- the newest profile -->", "<!-- end of profile -->")


def readme_part(result, stem):
    """What bench/README.md says of the newest result: where, with what, and what came of each figure to reach."""
    chart = f"results/{stem.name}.svg"
    lines = [f"### {result['date']}", "", *machine_part(result),
             f"Every row: [results/{stem.name}.md](results/{stem.name}.md).", "", *targets_part(result)[2:]]
    if (stem.parent / f"{stem.name}.svg").exists():
        lines += [f"![charts]({chart})", ""]
    return "\n".join(lines)


def with_part(readme, marks, part):
    """The text of bench/README.md with what is between the marks replaced."""
    before, rest = readme.split(marks[0])
    return f"{before}{marks[0]}\n{part}{marks[1]}{rest.split(marks[1], 1)[1]}"


def markdown(result, chart):
    lines = [f"# Benchmark of {result['date']}", ""]
    lines += machine_part(result)
    if chart:
        lines += [f"![charts]({chart})", ""]
    if result["plan"]["name"] == "smoke":
        lines += ["Short topics, to see that everything runs: the figures mean nothing.", ""]
    else:
        lines += targets_part(result)
    lines += rows_part(result) + programs_part(result)
    return "\n".join(lines).rstrip() + "\n"
