"""A result file: what it holds, how it is summed up, written and read. No measuring here.

{schema, plan: {name, version, only}, date, command, machine, versions, notes, topics: [...], rows: [...],
programs: [...]}. A row has what the plan asked for, `status` (measured, failed, skipped), `reason`, the two figures as
{median, min, max, relative_iqr}, `saw_all`, and every single run. A run that failed stays in the file.
"""

import itertools
import json
import statistics
from dataclasses import asdict
from pathlib import Path

SCHEMA = 1
FIGURES = ("records_per_second", "cpu_ns_per_record")


class BadResult(Exception):
    """A result file that this harness cannot read; the text says why."""


def spread(values):
    """Median, ends, and the distance between the quartiles as a part of the median."""
    values = sorted(values)
    if not values:
        return None
    middle = statistics.median(values)
    if len(values) == 1:
        between = 0.0
    else:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        between = high - low
    return {"median": middle, "min": values[0], "max": values[-1],
            "relative_iqr": round(between / middle, 4) if middle else 0.0}


def _status(runs):
    states = [run["status"] for run in runs]
    if "ok" in states:
        return "failed" if any(state == "failed" for state in states) else "measured"
    return "skipped" if states and all(state == "skipped" for state in states) else "failed"


def _brief(run):
    """A run without its settings, which are the row's."""
    if "result" not in run:
        return run
    return {**run, "result": {name: value for name, value in run["result"].items() if name != "settings"}}


def sum_up(plan_row, runs, ideal):
    """One row of the file from the plan's row and its runs ({round, status, reason?, result?})."""
    good = [run["result"] for run in runs if run["status"] == "ok"]
    reasons = [run["reason"] for run in runs if run.get("reason")]
    data = asdict(plan_row)
    data["options"] = dict(plan_row.options)
    summary = {
        "id": plan_row.id, **data,
        "allocator": good[0].get("allocator") if good else None,
        "client_version": good[0].get("client_version") if good else None,
        "settings": good[0].get("settings", {}) if good else {},
        "status": _status(runs),
        "reason": reasons[0] if reasons else None,
        # One run that missed a record spoils the row: a figure got by losing records is none.
        "saw_all": bool(good) and all(run.get("result", {}).get("saw_all", False)
                                      for run in runs if run["status"] != "skipped"),
        "ideal_per_second": ideal,
        "runs": [_brief(run) for run in runs],
    }
    for figure in FIGURES:
        summary[figure] = spread([result[figure] for result in good])
    if ideal and good:
        summary["part_of_ideal"] = round(summary["records_per_second"]["median"] / ideal, 4)
    return summary


def free_stem(directory, result):
    """<date>-<machine>, with a number behind it from the second run of a day on: a result is never overwritten."""
    stem = f"{result['date']}-{result['machine']['slug']}"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(Path(directory) / name for name in names if not (Path(directory) / f"{name}.json").exists())


def age_of(stem):
    """What to sort results by: the newest is the greatest."""
    number = stem.name.rsplit("-", 1)[-1]
    return stem.name[:10], int(number) if number.isdigit() else 1


def newest(directory):
    """The stem of the last result in the directory, None without one."""
    return max((path.with_suffix("") for path in Path(directory).glob("*.json")), key=age_of, default=None)


def write(path, result):
    Path(path).write_text(json.dumps(result, indent=1, sort_keys=False, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path):
    try:
        result = json.loads(Path(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadResult(f"{path} is not JSON: {error}") from None
    if result.get("schema") != SCHEMA:
        raise BadResult(f"{path} has schema {result.get('schema')}, this harness reads {SCHEMA}")
    return result


class Rows:
    """Looks rows up by what they measured."""

    def __init__(self, result):
        self._rows = result["rows"]

    def all(self, **wanted):
        options = wanted.pop("options", None)
        return [row for row in self._rows
                if all(row[name] == value for name, value in wanted.items())
                and (options is None or row["options"] == options)]

    def usable(self, **wanted):
        """Those with a figure that counts: every run ended, and saw every record."""
        return [row for row in self.all(**wanted) if row["status"] == "measured" and row["saw_all"]]

    def best(self, **wanted):
        """The usable one with the highest median rate, or None."""
        return max(self.usable(**wanted), key=lambda row: row["records_per_second"]["median"], default=None)
