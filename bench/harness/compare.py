"""Two result files side by side: how much each row moved, with the spread beside it.

Figures of two machines, or of two versions of the plan, say nothing about the code: such a pair is refused.
"""

from machine import IDENTITY


class Refused(Exception):
    """The two files cannot be judged against each other; the text says why."""


def check_comparable(old, new):
    for name in IDENTITY:
        before, after = old["machine"].get(name), new["machine"].get(name)
        if before != after:
            raise Refused(f"the machines differ: {name} is {before!r} in the first and {after!r} in the second; "
                          "measure both commits on one machine")
    for name in ("name", "version"):
        before, after = old["plan"].get(name), new["plan"].get(name)
        if before != after:
            raise Refused(f"the plans differ: {name} is {before!r} in the first and {after!r} in the second; "
                          "measure again with one plan")


def differences(old, new):
    """What else is not alike. It does not forbid a comparison, but it may be what moved the figures."""
    notes = []
    for part, names in (("versions", sorted(set(old["versions"]) | set(new["versions"]))),
                        ("machine", ["kernel", "load_before"])):
        for name in names:
            before, after = old[part].get(name), new[part].get(name)
            if before != after:
                notes.append(f"{name}: {before} → {after}")
    return notes


def _verdict(before, after, higher_is_better):
    if after["min"] > before["max"]:
        return "better" if higher_is_better else "worse"
    if after["max"] < before["min"]:
        return "worse" if higher_is_better else "better"
    return "within the spread"


def moves(old, new):
    """[{id, figure, before, after, change, verdict}] for each row and figure that both files measured."""
    earlier = {row["id"]: row for row in old["rows"]}
    found = []
    for row in new["rows"]:
        before = earlier.get(row["id"])
        for figure, higher in (("records_per_second", True), ("cpu_ns_per_record", False)):
            if not before or not before[figure] or not row[figure]:
                continue
            if not (before["saw_all"] and row["saw_all"]):
                verdict = "not judged: records were missed"
            else:
                verdict = _verdict(before[figure], row[figure], higher)
            middle = before[figure]["median"]
            change = row[figure]["median"] / middle - 1 if middle else 0.0
            found.append({"id": row["id"], "figure": figure, "before": before[figure], "after": row[figure],
                          "change": change, "verdict": verdict})
    return found


def unmatched(old, new):
    """[(id, why)] of rows without a counterpart or without a figure."""
    measured = [{row["id"] for row in result["rows"] if row["records_per_second"]} for result in (old, new)]
    names = [row["id"] for row in old["rows"]]
    names += [row["id"] for row in new["rows"] if row["id"] not in set(names)]
    why = {(True, False): "only in the first", (False, True): "only in the second", (False, False): "in neither"}
    return [(name, why[key]) for name in names if (key := (name in measured[0], name in measured[1])) in why]


def _number(figure, value):
    return f"{value / 1e6:.3f} M/s" if figure == "records_per_second" else f"{value:.0f} ns"


def report(old, new):
    check_comparable(old, new)
    lines = [f"From {old['versions']['git_commit']} to {new['versions']['git_commit']}, "
             f"plan {new['plan']['name']} ({new['plan']['version']})", ""]
    notes = differences(old, new)
    if notes:
        lines += ["Also different:", *(f"- {note}" for note in notes), ""]
    lines += ["| row | figure | before | spread | after | spread | moved | verdict |",
              "|---|---|--:|--:|--:|--:|--:|---|"]
    for move in moves(old, new):
        before, after = move["before"], move["after"]
        lines.append(f"| {move['id']} | {move['figure']} | {_number(move['figure'], before['median'])} "
                     f"| {before['relative_iqr']:.1%} | {_number(move['figure'], after['median'])} "
                     f"| {after['relative_iqr']:.1%} | {move['change']:+.1%} | {move['verdict']} |")
    rest = unmatched(old, new)
    if rest:
        lines += ["", "Not compared:", *(f"- {name}: {why}" for name, why in rest)]
    return "\n".join(lines) + "\n"
