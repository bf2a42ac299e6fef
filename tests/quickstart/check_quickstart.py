"""usage: check_quickstart.py PROGRAM REPORT [OPTION...]: runs quickstart and holds its report against its verdict."""

import json
import subprocess
import sys
from pathlib import Path

KEYS = ["produced", "processed", "duplicates", "lost", "out_of_order", "rebalances", "partitions", "records_per_second",
        "cpu_ns_per_record", "residence_p50_us", "residence_p99_us"]


def main():
    program, report, *options = sys.argv[1:]
    Path(report).unlink(missing_ok=True)
    done = subprocess.run([program, "--report", report, *options], check=False)
    if done.returncode != 0:
        sys.exit(f"quickstart ended with {done.returncode}")
    table = json.loads(Path(report).read_text())
    faults = []
    if list(table) != KEYS:
        faults.append(f"the report has {list(table)}")
    if any(list(row) != ["partition", "commit_position", "end_offset"] for row in table["partitions"]):
        faults.append("a row of the partitions has other fields")
    if [row["partition"] for row in table["partitions"]] != list(range(12)):
        faults.append("not each of 12 partitions")
    if any(row["commit_position"] != row["end_offset"] for row in table["partitions"]):
        faults.append("not everything is committed")
    if sum(row["end_offset"] for row in table["partitions"]) != table["produced"]:
        faults.append("the partitions do not hold what was produced")
    if table["processed"] != table["produced"] + table["duplicates"] or table["lost"] or table["out_of_order"]:
        faults.append("the counts contradict the exit code")
    if table["rebalances"] < 8:
        faults.append("members did not join and leave")
    if not 0 < table["residence_p50_us"] <= table["residence_p99_us"]:
        faults.append("residence times make no sense")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
