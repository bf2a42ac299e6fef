"""Child processes that never outlive the program that started them, whatever ends it."""

import os
import signal
import subprocess
import sys
import threading
import time

_GUARD = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == '+' else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Guard:
    """A helper process that kills every registered process group once our end of its pipe closes.

    A kernel closes the pipe even when this program is SIGKILLed (as ctest does at a timeout), which no
    handler or `finally` could catch. The guard has a session of its own so that a signal to our process
    group does not take it down first. Thread safe: scenarios that run side by side share one guard.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._helper = subprocess.Popen([sys.executable, "-c", _GUARD], stdin=subprocess.PIPE, text=True,
                                        start_new_session=True)

    def add(self, group):
        self._tell(f"+{group}")

    def remove(self, group):
        self._tell(f"-{group}")

    def close(self):
        self._helper.stdin.close()
        self._helper.wait()

    def _tell(self, line):
        with self._lock:
            self._helper.stdin.write(line + "\n")
            self._helper.stdin.flush()


class Child:
    """One child in a process group of its own, its output in files. Not thread safe."""

    def __init__(self, guard, command, stdout, stderr=None, env=None, stdin=None):
        self.name = os.path.basename(str(stdout))
        self._guard = guard
        self._asked_to_end = False
        with open(stdout, "ab") as out:
            err = open(stderr, "ab") if stderr else subprocess.STDOUT
            self.process = subprocess.Popen([str(word) for word in command], stdin=stdin or subprocess.DEVNULL,
                                            stdout=out, stderr=err, env=env, start_new_session=True)
            if stderr:
                err.close()
        guard.add(self.process.pid)

    def running(self):
        return self.process.poll() is None

    def signal(self, number):
        """Signals the whole group; a group that is gone already is no error."""
        if self.running():
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self._guard.remove(self.process.pid)

    def ask_to_end(self):
        """SIGTERM, once only: a second one means "at once", and would cut a clean stop short."""
        if not self._asked_to_end:
            self._asked_to_end = True
            self.signal(signal.SIGTERM)

    def terminate(self, timeout):
        """Asks it to end and waits; returns the exit code, or None when it had to be killed at the deadline."""
        self.ask_to_end()
        code = self.wait(timeout)
        if code is None:
            self.kill()
        return code

    def wait(self, timeout):
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self._guard.remove(self.process.pid)
        return code


def wait_until(condition, timeout, what, step=0.05):
    """Waits for condition() to be true and returns its value; TimeoutError names `what` at the deadline."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:g} s: {what}")
        time.sleep(step)
