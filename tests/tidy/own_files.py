"""The files that are ours to check."""

from pathlib import Path

PARTS = ("framework", "cli", "samples", "bench", "tests")


def own_files(root: Path, *suffixes: str) -> list[Path]:
    found = []
    for part in PARTS:
        for path in sorted((root / part).rglob("*")):
            if path.suffix in suffixes and path.is_file() and "build" not in path.parts:
                found.append(path)
    return found
