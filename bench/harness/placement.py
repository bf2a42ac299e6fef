"""Which cores processes may run on: the broker on one half of them and an arm on the other, for as long as it runs."""

import os
from contextlib import contextmanager
from pathlib import Path

APART = "apart"


def halves(cores):
    """Two sets of cores, as alike in size as can be; the first is empty on a machine with one core."""
    cores = sorted(cores)
    middle = len(cores) // 2
    return set(cores[:middle]), set(cores[middle:])


def process_with(word):
    """The id of the process that has this word on its command line, None without one."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended while we looked
        if str(word).encode() in words:
            return int(path.parent.name)
    return None


def _threads(pid):
    return {int(path.name) for path in Path(f"/proc/{pid}/task").glob("[0-9]*")}


def place(pid, cores):
    """Moves every thread of a process. A thread started meanwhile by one not yet moved is found in the next round."""
    moved = set()
    while missing := _threads(pid) - moved:
        for thread in missing:
            try:
                os.sched_setaffinity(thread, cores)
            except ProcessLookupError:
                pass  # that thread has ended
        moved |= missing


@contextmanager
def apart(pid):
    """Keeps the process on the first half of its cores; yields the other half. Puts it back, whatever happens."""
    before = os.sched_getaffinity(pid)
    first, second = halves(before)
    try:
        place(pid, first)
        yield second
    finally:
        place(pid, before)
