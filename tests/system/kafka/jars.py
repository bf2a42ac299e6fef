"""Kafka's own jars, fetched once through Maven into a cache, and the compiled Referee."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_VERSION = "4.2.0"


class Unavailable(Exception):
    """Real Kafka cannot be had on this machine; the text says why and what would help."""


def kafka_version():
    return os.environ.get("STRANDLINE_KAFKA_VERSION", DEFAULT_VERSION)


def cache_dir():
    """Where the jars live: STRANDLINE_KAFKA_CACHE, else build/kafka in the checkout (git-ignored)."""
    configured = os.environ.get("STRANDLINE_KAFKA_CACHE")
    base = Path(configured) if configured else HERE.parents[2] / "build" / "kafka"
    return base / kafka_version()


class Jars:
    """The class path of one Kafka version plus our Referee. Safe to prepare from several processes at once."""

    def __init__(self):
        self.dir = cache_dir()
        self.java = self._need("java", "a JDK 17 (openjdk-17-jdk-headless)")

    def classpath(self):
        return f"{self.dir / 'jars'}/*:{self.dir / 'classes'}"

    def prepare(self):
        """Fetches and compiles what is missing; raises Unavailable with the reason when that cannot be done."""
        self.dir.mkdir(parents=True, exist_ok=True)
        with open(self.dir / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._fetch()
            self._compile()
        return self

    @staticmethod
    def _need(program, what):
        found = shutil.which(program)
        if not found:
            raise Unavailable(f"{program} not found: install {what}")
        return found

    def _fetch(self):
        pom = HERE / "pom.xml"
        stamp = self.dir / "fetched"
        want = hashlib.sha256(pom.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == want:
            return
        maven = self._need("mvn", "Maven (maven) to fetch Kafka's jars")
        # A jar of another version left behind would be on the class path too.
        shutil.rmtree(self.dir / "jars", ignore_errors=True)
        command = [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(pom), f"-Dkafka.version={kafka_version()}",
                   "dependency:copy-dependencies", "-DincludeScope=runtime",
                   f"-DoutputDirectory={self.dir / 'jars'}"]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            raise Unavailable("Maven did not fetch Kafka's jars within 600 s") from None
        if done.returncode != 0:
            errors = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
            reason = errors[0] if errors else f"exit code {done.returncode}"
            raise Unavailable(f"Maven could not fetch Kafka {kafka_version()}: {reason}")
        stamp.write_text(want)

    def _compile(self):
        source = HERE / "Referee.java"
        stamp = self.dir / "compiled"
        want = hashlib.sha256(source.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == want:
            return
        javac = self._need("javac", "a JDK 17 (openjdk-17-jdk-headless), not only a JRE")
        done = subprocess.run([javac, "-nowarn", "-cp", f"{self.dir / 'jars'}/*", "-d",
                               str(self.dir / "classes"), str(source)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"Referee.java does not compile against Kafka {kafka_version()}:\n{done.stderr}")
        stamp.write_text(want)
