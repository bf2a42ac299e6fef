"""SVG charts of one result file. The same file gives the same bytes; text stays text."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

from arms import label_of  # noqa: E402

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "strandline", "font.family": "sans-serif", "font.size": 9,
         "axes.spines.top": False, "axes.spines.right": False}
OURS, THEIRS, RAW = "#1f77b4", "#b0b0b0", "#6b6b6b"
BARS = (("noop-100B", "No work, 100 B records"), ("noop-1KB", "No work, 1 KB records"),
        ("noop-frameworks", "No work, frameworks that track what is finished"))


def _colour(arm):
    return OURS if arm.startswith("strandline") else RAW if arm.startswith("raw") else THEIRS


def _bars(axes, rows, figure, scale, title, unit):
    # The best on top, as barh draws from below.
    sign = 1 if figure == "records_per_second" else -1
    rows = sorted(rows, key=lambda row: (sign * row[figure]["median"], row["id"]))
    middle = [row[figure]["median"] / scale for row in rows]
    ends = [[m - row[figure]["min"] / scale for m, row in zip(middle, rows)],
            [row[figure]["max"] / scale - m for m, row in zip(middle, rows)]]
    axes.barh(range(len(rows)), middle, xerr=ends, color=[_colour(row["arm"]) for row in rows],
              error_kw={"elinewidth": 0.8, "ecolor": "#333333"})
    axes.set_yticks(range(len(rows)), [label_of(row) for row in rows])
    axes.set_xlabel(unit)
    axes.set_title(title, loc="left")


def _ideal(axes, rows):
    """How much of concurrency ÷ work each arm reaches."""
    rows = sorted(rows, key=lambda row: (row["part_of_ideal"], row["id"]))
    axes.barh(range(len(rows)), [100 * row["part_of_ideal"] for row in rows],
              color=[_colour(row["arm"]) for row in rows])
    axes.set_yticks(range(len(rows)), [f"{label_of(row)}, {row['mode']}" for row in rows])
    axes.axvline(100, color="#333333", linewidth=0.8)
    axes.set_xlabel("% of the ideal")
    axes.set_title("Work of 10 ms a record", loc="left")


def _scaling(axes, rows):
    rows = sorted(rows, key=lambda row: row["concurrency"])
    axes.plot([row["concurrency"] for row in rows], [row["records_per_second"]["median"] / 1e6 for row in rows],
              marker="o", color=OURS)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("workers")
    axes.set_ylabel("M records/s")
    axes.set_title("strandline, no work, partition order", loc="left")


def _panels(rows):
    """[(function that draws, its height)]"""
    panels = []
    for group, title in BARS:
        of_group = [row for row in rows if row["group"] == group]
        if not of_group:
            continue
        height = 0.9 + 0.26 * len(of_group)
        panels.append((lambda axes, r=of_group, t=title: _bars(axes, r, "records_per_second", 1e6, t, "M records/s"),
                       height))
        panels.append((lambda axes, r=of_group, t=title: _bars(axes, r, "cpu_ns_per_record", 1, f"{t}: CPU",
                                                               "ns of the process's CPU a record"), height))
    sleeping = [row for row in rows if row["group"] == "sleep-10ms" and row.get("part_of_ideal")]
    if sleeping:
        panels.append((lambda axes: _ideal(axes, sleeping), 0.9 + 0.26 * len(sleeping)))
    scaling = [row for row in rows if row["group"] == "scaling"]
    if scaling:
        panels.append((lambda axes: _scaling(axes, scaling), 2.6))
    return panels


def draw(result, path):
    """Writes the SVG; returns False, and writes nothing, where no row has a figure that counts."""
    rows = [row for row in result["rows"] if row["records_per_second"] and row["saw_all"]]
    panels = _panels(rows)
    if not panels:
        return False
    with plt.rc_context(STYLE):
        heights = [height for _, height in panels]
        figure, axes = plt.subplots(len(panels), 1, figsize=(9, sum(heights)), squeeze=False,
                                    gridspec_kw={"height_ratios": heights}, layout="constrained")
        for (draw_panel, _), place in zip(panels, axes[:, 0]):
            draw_panel(place)
        machine = result["machine"]
        figure.suptitle(f"{machine['cpu']}, {machine['cores']} cores, {result['date']}, medians", fontsize=9)
        # No date in the file: it would make two drawings of one result differ.
        figure.savefig(path, format="svg", metadata={"Date": None})
        plt.close(figure)
    return True
