"""The broker and its topics: one KRaft broker of the system tests with a benchmark's JVM, or one that is given."""

import json
import shutil
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

import placement

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "system" / "kafka"))

from jars import Unavailable, kafka_version  # noqa: E402, F401
from kafka_cluster import Cluster  # noqa: E402

# The tests' JVM starts fast and stays slow; here all of the JIT and room for batches in flight.
JVM = ["-Xms1g", "-Xmx1g", "-XX:+UseG1GC"]
CONFIG = {"num.network.threads": 3, "num.io.threads": 4, "log.retention.ms": -1,
          # No rebalance on account of a short pause of a machine that all share.
          "group.min.session.timeout.ms": 6000, "broker.session.timeout.ms": 18000,
          "broker.heartbeat.interval.ms": 2000,
          # An empty group waits so long for more members, so that all consumers of one process are in it from the
          # start. Without it the first reads the topic before its next heartbeat tells it of the others.
          "group.initial.rebalance.delay.ms": 100}
FILL_SEED = 1


class Broker:
    """Where arms connect to, and how this run's topics are called there."""

    def __init__(self, bootstrap, prefix="", pid=None):
        """`pid`: of the broker's process; None where it is not ours to move to other cores."""
        self.bootstrap = bootstrap
        self.pid = pid
        self._prefix = prefix
        self.filled = []

    def topic_name(self, topic):
        return self._prefix + topic.name

    def fill(self, program, topic):
        """Creates and fills one topic; returns the filler's line. RuntimeError with its last words on failure."""
        command = [str(program), "--bootstrap-servers", self.bootstrap, "--topic", self.topic_name(topic),
                   "--partitions", topic.partitions, "--records", topic.records, "--size", topic.size,
                   "--compression", topic.compression, "--keys", topic.keys,
                   "--key-distribution", topic.distribution, "--seed", FILL_SEED]
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=900)
        if done.returncode != 0:
            raise RuntimeError(f"could not fill {topic.name}: {done.stderr.strip()[-500:]}")
        self.filled.append(self.topic_name(topic))
        return json.loads(done.stdout)


@contextmanager
def started(work):
    """Our own broker, its data below `work` (its disk must hold a few GB); all of it is gone at the end."""
    Path(work).mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="broker-", dir=work))
    try:
        with Cluster(directory / "kafka", brokers=1, jvm=JVM, config=CONFIG) as cluster:
            pid = placement.process_with(cluster.brokers[0].dir / "server.properties")
            yield Broker(cluster.bootstrap, pid=pid)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def given(bootstrap):
    """A broker that runs already. Topics get a name of this run's own, and stay there."""
    yield Broker(bootstrap, prefix=f"strandline-bench-{uuid.uuid4().hex[:8]}-")
