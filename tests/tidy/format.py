"""usage: format.py ROOT [--fix]: fails if clang-format would change a file of ours."""

import shutil
import subprocess
import sys
from pathlib import Path

from own_files import own_files

SKIPPED = 77


def main() -> int:
    root = Path(sys.argv[1])
    # Another version formats differently; so this one or none.
    tool = shutil.which("clang-format-19")
    if tool is None:
        print("skipped: clang-format-19 is not installed")
        return SKIPPED
    files = own_files(root, ".h", ".cc", ".c")
    if not files:
        print("no files found: wrong root?")
        return 1
    if sys.argv[2:] == ["--fix"]:
        return subprocess.run([tool, "-i", *map(str, files)], check=False).returncode
    faulty = [path for path in files
              if subprocess.run([tool, "--dry-run", "-Werror", str(path)], check=False,
                                stderr=subprocess.DEVNULL).returncode]
    for path in faulty:
        print(f"not formatted: {path.relative_to(root)}")
    if faulty:
        print("python3 tests/tidy/format.py . --fix formats all of them")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
