"""Python's end of Referee.java: Kafka's own clients as an independent judge."""

import itertools
import json
import subprocess
import threading

from jars import HERE


class RefereeError(Exception):
    """The referee (or the broker behind it) refused a command; the text is Kafka's own."""


class Referee:
    """One long-lived JVM that answers JSON commands. Thread safe: answers are matched by id."""

    def __init__(self, guard, jars, log):
        self._log = open(log, "ab")
        self._process = subprocess.Popen(
            [jars.java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
             "-Dstrandline.log.target=SYSTEM_ERR", f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
             "-cp", jars.classpath(), "Referee"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True)
        guard.add(self._process.pid)
        self._guard = guard
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._answers = {}
        self._answered = threading.Condition(self._lock)
        self._gone = False
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, cmd, timeout=60, **arguments):
        """Runs one command and returns its answer; RefereeError when it failed, TimeoutError at the deadline."""
        with self._lock:
            number = next(self._ids)
            self._process.stdin.write(json.dumps({"id": number, "cmd": cmd, **arguments}) + "\n")
            self._process.stdin.flush()
            self._answered.wait_for(lambda: number in self._answers or self._gone, timeout)
            answer = self._answers.pop(number, None)
        if answer is None:
            raise TimeoutError(f"referee: {'process ended' if self._gone else 'no answer'} to {cmd} {arguments}")
        if not answer["ok"]:
            raise RefereeError(f"{cmd} {arguments}: {answer['error']}")
        return answer

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._guard.remove(self._process.pid)
        self._log.close()

    def _read(self):
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                self._answers[answer["id"]] = answer
                self._answered.notify_all()
        with self._lock:
            self._gone = True
            self._answered.notify_all()
