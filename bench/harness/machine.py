"""What the figures were measured on and with. No host names, no paths: the file is published."""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Words of a CPU's marketing name that tell no machine from another.
NOISE = re.compile(r"\((?:r|tm|c)\)|\b(?:amd|intel|cpu|processor|genuine|virtual|\d+-core|with .*)\b|@.*$",
                   re.IGNORECASE)
# What must be alike for two result files to be of one machine.
IDENTITY = ("cpu", "cores", "memory_gib", "architecture")


def slug_of(cpu, cores):
    words = re.findall(r"[a-z0-9]+", NOISE.sub(" ", cpu.lower()))
    return "-".join([*(words or ["cpu"]), f"{cores}c"])


def _cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _memory_gib():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal:"):
            return round(int(line.split()[1]) / (1 << 20))
    return 0


def describe():
    cpu, cores = _cpu_name(), len(os.sched_getaffinity(0))
    return {"slug": slug_of(cpu, cores), "cpu": cpu, "cores": cores, "memory_gib": _memory_gib(),
            "architecture": platform.machine(), "kernel": platform.release(),
            "load_before": round(os.getloadavg()[0], 2)}


def _first_line(*command, pattern=r"(.+)", cwd=None):
    """The first match in what the command says, or None where it cannot be run."""
    # Go's own archive installs itself where PATH need not look.
    program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/local/go/bin")
    if not program:
        return None
    done = subprocess.run([program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, cwd=cwd)
    found = re.search(pattern, done.stdout + done.stderr) if done.returncode == 0 else None
    return found.group(1).strip() if found else None


def _compiler(build):
    cache = Path(build) / "CMakeCache.txt"
    compiler = None
    if cache.exists():
        found = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.+)$", cache.read_text(), re.MULTILINE)
        compiler = found.group(1) if found else None
    return _first_line(compiler or "c++", "--version")


def _git(root):
    commit = _first_line("git", "rev-parse", "--short=12", "HEAD", cwd=root)
    changes = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True) if commit else None
    return {"git_commit": commit, "git_dirty": bool(changes and changes.stdout.strip())}


def versions(root, build, kafka):
    return {
        **_git(root),
        "kafka_broker": kafka,
        "librdkafka": None,  # from what the arms say
        "jdk": _first_line("java", "-version", pattern=r'version "([^"]+)"'),
        "go": _first_line("go", "version", pattern=r"go version go(\S+)"),
        "compiler": _compiler(build),
        "mimalloc": _first_line("dpkg-query", "-W", "-f", "${Version}", "libmimalloc-dev"),
        "python": ".".join(map(str, sys.version_info[:3])),
    }


def complete_versions(known, rows):
    """Adds the versions of the client libraries, which only the arms know."""
    clients = sorted({row["client_version"] for row in rows if row["client_version"]})
    for client in clients:
        if client.startswith("librdkafka "):
            known["librdkafka"] = client.split(" ", 1)[1]
    known["clients"] = clients
    return known


def scrub(text, root):
    """A message without this checkout's path, for a file that is published."""
    text = text.replace(str(Path(root).resolve()) + "/", "")
    home = os.path.expanduser("~")
    if home not in ("/", ""):
        text = text.replace(home + "/", "~/")
    return text.replace(platform.node(), "this-host") if len(platform.node()) > 3 else text
