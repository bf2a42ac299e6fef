"""usage: check_snippets.py ROOT [--update]: the code that the documents show is code that is compiled.

A fenced block of README.md or framework/docs/*.md below a line

    <!-- snippet: samples/readme_example.cc#example -->

must equal what stands in that file between two lines that hold the marker `[example]`, less their
common indentation. Without `#marker` it is the whole file. `--update` writes the blocks anew.
"""

import re
import sys
import textwrap
from pathlib import Path

SNIPPET = re.compile(
    r"(?P<head><!-- snippet: (?P<path>[^#\s]+)(?:#(?P<marker>[\w-]+))? -->\n+(?P<fence>```+)[^\n]*\n)"
    r"(?P<body>.*?)(?P<tail>^(?P=fence)[ \t]*$)",
    re.DOTALL | re.MULTILINE)
MENTION = re.compile(r"^<!-- snippet:", re.MULTILINE)


class Fault(Exception):
    pass


def marked_region(text: str, marker: str, path: str) -> str:
    lines = text.splitlines()
    at = [number for number, line in enumerate(lines) if f"[{marker}]" in line]
    if len(at) != 2:
        raise Fault(f"{path}: {len(at)} lines with [{marker}], where two should enclose the snippet")
    return textwrap.dedent("\n".join(lines[at[0] + 1:at[1]])) + "\n"


def wanted(root: Path, path: str, marker: str | None) -> str:
    file = root / path
    if not file.is_file():
        raise Fault(f"{path}: no such file")
    text = file.read_text()
    return marked_region(text, marker, path) if marker else text


def check_document(root: Path, document: Path, update: bool) -> list[str]:
    name = document.relative_to(root)
    text = document.read_text()
    faults = []
    found = 0

    def renewed(match: re.Match) -> str:
        nonlocal found
        found += 1
        line = text.count("\n", 0, match.start()) + 1
        try:
            body = wanted(root, match["path"], match["marker"])
        except Fault as fault:
            faults.append(f"{name}:{line}: {fault}")
            return match[0]
        if body != match["body"] and not update:
            source = match["path"] + (f"#{match['marker']}" if match["marker"] else "")
            faults.append(f"{name}:{line}: differs from {source}; run this with --update")
        return match["head"] + body + match["tail"]

    new_text = SNIPPET.sub(renewed, text)
    if found != len(MENTION.findall(text)):
        faults.append(f"{name}: a snippet comment without a fenced block right below it")
    if update and new_text != text and not faults:
        document.write_text(new_text)
        print(f"{name}: updated")
    return faults


def documents(root: Path) -> list[Path]:
    readme = [root / "README.md"] if (root / "README.md").exists() else []
    return readme + sorted((root / "framework/docs").rglob("*.md"))


def main() -> int:
    root = Path(sys.argv[1])
    faults = []
    for document in documents(root):
        faults += check_document(root, document, update="--update" in sys.argv[2:])
    print("\n".join(faults) if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
