"""usage: clang_tidy.py ROOT BUILD_DIR: clang-tidy over our sources in BUILD_DIR's compile database.

A file that passed is not looked at again until it, a project header it includes, or the list of
checks changes; the marks of that are kept in BUILD_DIR/tidy-passed.
"""

import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77
# Tests are left out: the macros of GoogleTest trip checks that say nothing of our code.
CHECKED = ("framework/", "cli/", "samples/", "bench/", "tests/verifiable/")
TEST = "_test.cc"
INCLUDE = re.compile(rb'^\s*#\s*include\s+["<]([^">]+)[">]', re.MULTILINE)


def project_includes(path: Path, roots: list[Path], seen: set[Path]) -> None:
    """Adds path and, transitively, every header it includes from one of the roots."""
    if path in seen:
        return
    seen.add(path)
    for name in INCLUDE.findall(path.read_bytes()):
        for base in [path.parent, *roots]:
            header = base / os.fsdecode(name)
            if header.is_file():
                project_includes(header.resolve(), roots, seen)
                break


# The compile database is g++'s: warning names of its own are no news to clang.
GCC_ONLY = "--extra-arg=-Wno-unknown-warning-option"


def fingerprint(path: Path, command: str, root: Path) -> str:
    seen: set[Path] = set()
    roots = ["framework/include", "framework/src", "samples", "bench", "tests"]
    project_includes(path, [root / name for name in roots], seen)
    digest = hashlib.sha256((root / ".clang-tidy").read_bytes() + command.encode())
    for file in sorted(seen):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def check(tool: str, path: Path, build: Path, mark: Path) -> str:
    """Returns the findings; leaves the mark if there are none."""
    run = subprocess.run(
        [tool, "--quiet", "-p", str(build), GCC_ONLY, str(path)],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode == 0:
        mark.touch()
        return ""
    return f"{run.stdout}\n{run.stderr}" if "error:" not in run.stdout else run.stdout


def main() -> int:
    root, build = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    # The checks differ between versions; so this one or none.
    tool = shutil.which("clang-tidy-19")
    if tool is None:
        print("skipped: clang-tidy-19 is not installed")
        return SKIPPED
    marks = build / "tidy-passed"
    marks.mkdir(exist_ok=True)
    work = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = Path(entry["file"]).resolve()
        ours = path.is_relative_to(root) and str(path.relative_to(root)).startswith(CHECKED)
        if ours and not path.name.endswith(TEST):
            mark = marks / fingerprint(path, entry["command"], root)
            work[path] = mark
    if not work:
        print("the compile database holds no source of ours")
        return 1
    waiting = {path: mark for path, mark in work.items() if not mark.exists()}
    print(f"{len(work)} files, {len(waiting)} changed since they last passed", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for findings in pool.map(lambda item: check(tool, item[0], build, item[1]),
                                 waiting.items()):
            if findings:
                failed += 1
                print(findings, flush=True)
    print(f"{failed} files with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
