"""usage: style.py ROOT: the rules of the house that no other tool knows.

Each rule is a function from one file to the faults it finds; style_test.py shows each a fault.
"""

import re
import sys
from pathlib import Path

from own_files import own_files

# What each room may include, itself aside. This is the architecture; change it here, in the link
# lines and in framework/docs/DESIGN.md together.
BELOW = {
    "base": set(),
    "kafka": {"base"},
    "commit": {"base"},
    "executor": {"base"},
    "retry": {"base"},
    "metrics": {"base"},
    "partition": {"base", "commit", "executor"},
    "dispatch": {"base", "commit", "executor", "retry", "partition"},
    "consumer": {"base", "kafka", "commit", "executor", "retry", "partition", "dispatch"},
}
# Libraries that only one room sees, by how their headers are included.
ONLY_IN = {
    re.compile(r"librdkafka/|^rdkafka"): ("kafka",),
    re.compile(r"^prometheus/"): ("metrics",),
    re.compile(r"^spdlog/|^fmt/"): ("base",),
    re.compile(r"concurrentqueue\.h$"): ("executor", "base"),
}
HIDDEN_FROM_USERS = re.compile(r"rdkafka|^tbb/|concurrentqueue|^prometheus/|^spdlog/|^fmt/")

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Sources without a unit test file of the same name, and why.
TESTED_ELSEWHERE_FILE = Path("tests/tidy/tested_elsewhere.txt")

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.MULTILINE)
LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b")
# A definition's opening line as clang-format leaves it: it starts in the first column, or indented
# within a class, is no control statement, and ends in "{".
FUNCTION = re.compile(r"^( *)(?!if|for|while|switch|else|do\b|namespace|class|struct|enum|union|"
                      r"extern|try|catch|return|case|default|using|public|private|#|:|\w+_[({])\S.*[)\w&>] \{$")


def room_of(relative: Path) -> str | None:
    parts = relative.parts
    if parts[:2] == ("framework", "src") and len(parts) > 3:
        return parts[2]
    return None


def check_arrows(relative: Path, text: str) -> list[str]:
    room = room_of(relative)
    if room is None:
        return []
    if room not in BELOW:
        return [f"{relative}: '{room}' is not a room; name it in tests/tidy/style.py"]
    faults = []
    for quote, name in INCLUDE.findall(text):
        if quote == '"':
            other = name.split("/")[0]
            if "/" not in name:
                faults.append(f'{relative}: include "{room}/{name}", from the root of the rooms')
            elif other != room and other not in BELOW[room]:
                faults.append(f"{relative}: {room} may not include {name}")
    return faults


def check_libraries(relative: Path, text: str) -> list[str]:
    parts = relative.parts
    if parts[0] != "framework":
        return []
    faults = []
    for _, name in INCLUDE.findall(text):
        if parts[1] == "include" and HIDDEN_FROM_USERS.search(name):
            faults.append(f"{relative}: a public header may not include {name}")
        for library, rooms in ONLY_IN.items():
            if parts[1] == "src" and library.search(name) and room_of(relative) not in rooms:
                faults.append(f"{relative}: {name} is for {' and '.join(rooms)} only")
    return faults


def check_lengths(relative: Path, text: str) -> list[str]:
    lines = text.splitlines()
    faults = []
    if len(lines) > MAX_FILE_LINES:
        faults.append(f"{relative}: {len(lines)} lines, at most {MAX_FILE_LINES}")
    start, close = None, ""
    for number, line in enumerate(lines, 1):
        if start is None:
            match = FUNCTION.match(line)
            if match and "(" in line:
                start, close = number, match.group(1) + "}"
        elif line.startswith(close) and not line.startswith(close + " "):
            if number - start + 1 > MAX_FUNCTION_LINES:
                faults.append(f"{relative}:{start}: a function of {number - start + 1} lines, "
                              f"at most {MAX_FUNCTION_LINES}")
            start = None
    return faults


def check_words(relative: Path, text: str) -> list[str]:
    faults = []
    sleepless = relative.parts[:2] in (("framework", "src"), ("framework", "include"),
                                       ("tests", "unit"))
    for number, line in enumerate(text.splitlines(), 1):
        if LEFTOVER.search(line):
            faults.append(f"{relative}:{number}: a leftover: {line.strip()}")
        if sleepless and SLEEP.search(line):
            faults.append(f"{relative}:{number}: sleeps; wait for a condition with a deadline")
    return faults


def check_pragma_once(relative: Path, text: str) -> list[str]:
    if relative.suffix == ".h" and not re.search(r"^#pragma once$|^#ifndef ", text, re.MULTILINE):
        return [f"{relative}: no #pragma once"]
    return []


def check_unit_tests(root: Path) -> list[str]:
    listed = root / TESTED_ELSEWHERE_FILE
    elsewhere = set()
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line and not line.startswith("#"):
                elsewhere.add(line.split()[0])
    faults = []
    for source in sorted((root / "framework/src").rglob("*.cc")):
        name = source.relative_to(root / "framework/src").as_posix()
        if room_of(source.relative_to(root)) is None:
            continue
        has_test = (root / "tests/unit" / (name[:-3] + "_test.cc")).exists()
        if not has_test and name not in elsewhere:
            faults.append(f"framework/src/{name}: no unit test tests/unit/{name[:-3]}_test.cc; "
                          f"write it, or say in {TESTED_ELSEWHERE_FILE} what tests it")
        if has_test and name in elsewhere:
            faults.append(f"{TESTED_ELSEWHERE_FILE}: {name} has its unit test; strike it out")
    return faults


PER_FILE = (check_arrows, check_libraries, check_lengths, check_words, check_pragma_once)


def check_tree(root: Path) -> list[str]:
    faults = []
    for path in own_files(root, ".h", ".cc", ".c"):
        text = path.read_text(errors="replace")
        for rule in PER_FILE:
            faults += rule(path.relative_to(root), text)
    return faults + check_unit_tests(root)


def main() -> int:
    root = Path(sys.argv[1])
    if not own_files(root, ".cc"):
        print("no files found: wrong root?")
        return 1
    faults = check_tree(root)
    print("\n".join(faults) if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
