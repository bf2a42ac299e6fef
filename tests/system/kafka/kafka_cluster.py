#!/usr/bin/env python3
"""Real Kafka on loopback: one or more KRaft brokers (broker and controller in one process) for tests and demos.

As a module: `with Cluster(directory, brokers=3) as cluster: cluster.bootstrap ...`.
As a command: `kafka_cluster.py start --brokers 3 --dir D` prints the bootstrap servers as one line and stays in
the foreground until SIGTERM or SIGINT. Exit code 77 and a line "skipped: <reason>" when Kafka cannot be had here.
"""

import argparse
import base64
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from jars import HERE, Jars, Unavailable  # noqa: E402
from processes import Child, Guard, wait_until  # noqa: E402
from referee import Referee, RefereeError  # noqa: E402

SKIPPED = 77
TEST_JVM = ["-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
STORE_PASSWORD = "strandline"

# Short timeouts so that a test sees a failure's end in seconds; small pools because three brokers share two cores.
QUICK = {
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 500,
    "group.consumer.min.session.timeout.ms": 500,
    "group.consumer.session.timeout.ms": 5000,
    "group.consumer.min.heartbeat.interval.ms": 100,
    "group.consumer.heartbeat.interval.ms": 500,
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "controller.quorum.election.timeout.ms": 1000,
    "replica.lag.time.max.ms": 5000,
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": 6,
    "transaction.state.log.num.partitions": 3,
    "share.coordinator.state.topic.num.partitions": 1,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "log.cleaner.dedupe.buffer.size": 4 << 20,
    "controlled.shutdown.max.retries": 2,
}


def free_port(taken):
    """A port below the kernel's ephemeral range, so that no outgoing connection takes it while its broker is down."""
    for port in random.sample(range(20000, 32000), 2000):
        if port in taken:
            continue
        with socket.socket() as s:
            # A test run just before may have left connections in TIME_WAIT; Kafka sets the option as well.
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise RuntimeError("no free port between 20000 and 32000 on 127.0.0.1")


class Broker:
    """One broker process and its files. Signals go to the process group; not thread safe."""

    def __init__(self, cluster, node):
        self.node = node
        self.dir = cluster.dir / f"broker-{node}"
        self.log = self.dir / "server.log"
        self.ports = {name: free_port(cluster.taken_ports) for name in cluster.listeners}
        self._cluster = cluster
        self._child = None
        self._log_start = 0

    def address(self, listener="PLAINTEXT"):
        return f"127.0.0.1:{self.ports[listener]}"

    def start(self):
        cluster = self._cluster
        command = [cluster.jars.java, *cluster.jvm, f"-Dkafka.logs.dir={self.dir}",
                   f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
                   "-cp", cluster.jars.classpath(), "kafka.Kafka", self.dir / "server.properties"]
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self._child = Child(cluster.guard, command, self.log)

    def running(self):
        return self._child is not None and self._child.running()

    def ready(self):
        """Whether this start of the broker has been let into the cluster, by its own log.

        The controller's list does not tell: for some seconds it still holds a killed broker's former start.
        """
        with open(self.log, "rb") as log:
            log.seek(self._log_start)
            return b"Kafka Server started" in log.read()

    def kill(self):
        """SIGKILL: nothing is flushed, no controlled shutdown."""
        self._child.kill()

    def stop(self, timeout=30):
        """SIGTERM: leadership moves away first. Killed at the deadline (the last controllers of a quorum hang)."""
        return self._child.terminate(timeout)

    def pause(self):
        self._child.signal(signal.SIGSTOP)

    def resume(self):
        self._child.signal(signal.SIGCONT)

    def close(self):
        if self._child is not None:
            self._child.kill()


class Cluster:
    """1..n brokers with a Referee beside them. Use as a context manager; everything ends with it.

    listeners: beside PLAINTEXT also "SASL" (PLAIN) and "TLS" (self-signed, ca_pem names the certificate).
    users: name → password for SASL. acls: StandardAuthorizer, deny by default, PLAINTEXT clients are super users.
    """

    def __init__(self, directory, brokers=1, sasl=False, tls=False, acls=False, users=None, jvm=None, config=None):
        self.dir = Path(directory).resolve()
        self.jvm = jvm or TEST_JVM
        self.listeners = ["PLAINTEXT", "CONTROLLER"] + ["SASL"] * sasl + ["TLS"] * tls
        self.users = users or {}
        self.ca_pem = self.dir / "tls" / "ca.pem"
        self.jars = Jars().prepare()
        self.taken_ports = set()
        self._acls = acls
        self._extra = config or {}
        self._count = brokers
        # A leading "-" would read as an option of StorageTool; Kafka's own ids avoid it as well.
        self._id = "s" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        self.guard = None
        self.referee = None
        self.brokers = []

    def __enter__(self):
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def bootstrap(self):
        return self.addresses("PLAINTEXT")

    def addresses(self, listener):
        return ",".join(b.address(listener) for b in self.brokers)

    def close(self):
        for broker in self.brokers:
            broker.close()
        if self.referee is not None:
            self.referee.close()
        if self.guard is not None:
            self.guard.close()
        self.brokers, self.referee, self.guard = [], None, None

    def restart(self, broker):
        """Starts a stopped broker and waits until the controller has it back in the cluster."""
        broker.start()
        self.wait_nodes(60)

    def wait_nodes(self, timeout):
        def complete():
            for broker in self.brokers:
                if not broker.running():
                    raise RuntimeError(f"broker {broker.node} ended while starting; see {broker.log}")
            if not all(broker.ready() for broker in self.brokers):
                return False
            try:
                return len(self.referee.ask("cluster", timeout=10)["nodes"]) == self._count
            except (RefereeError, TimeoutError):
                return False
        wait_until(complete, timeout, f"all {self._count} brokers in the cluster; logs in {self.dir}/broker-*")

    def wait_in_sync(self, topic, timeout=60):
        """Waits until every replica of the topic is in sync, so that the next bounce cannot cost availability."""
        def full():
            try:
                parts = self.referee.ask("topic", topic=topic, timeout=10)["partitions"]
                return all(p["isr"] == p["replicas"] and p["leader"] >= 0 for p in parts)
            except (RefereeError, TimeoutError):
                return False
        wait_until(full, timeout, f"all replicas of {topic} in sync", step=0.2)

    def _open(self):
        self.dir.mkdir(parents=True, exist_ok=True)
        self.guard = Guard()
        self.referee = Referee(self.guard, self.jars, self.dir / "referee.log")
        if "TLS" in self.listeners:
            self._make_certificate()
        self.brokers = [Broker(self, node) for node in range(1, self._count + 1)]
        for broker in self.brokers:
            broker.dir.mkdir()
            (broker.dir / "server.properties").write_text(self._properties(broker))
            self.referee.ask("format", cluster_id=self._id, config=str(broker.dir / "server.properties"))
        for broker in self.brokers:
            broker.start()
        self.referee.ask("connect", bootstrap=self.bootstrap)
        self.wait_nodes(90)
        self._probe()

    def _probe(self):
        """A real check of readiness: a replicated topic, and a commit, which also creates the offsets topic."""
        def works():
            try:
                self.referee.ask("commit", group="probe", topic="probe", partition=0, offset=0, timeout=30)
                return True
            except RefereeError:
                return False
        self.referee.ask("create_topic", topic="probe", partitions=1, replication=min(3, self._count))
        wait_until(works, 60, f"a commit accepted; logs in {self.dir}/broker-*")

    def _make_certificate(self):
        store = self.dir / "tls" / "store.p12"
        store.parent.mkdir()
        common = ["-keystore", str(store), "-storepass", STORE_PASSWORD, "-alias", "broker"]
        for command in (["-genkeypair", "-keyalg", "RSA", "-validity", "30", "-dname", "CN=localhost", "-storetype",
                         "PKCS12", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-ext", "bc=ca:true"],
                        ["-exportcert", "-rfc", "-file", str(self.ca_pem)]):
            done = subprocess.run(["keytool", *command, *common], capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"keytool {command[0]} failed: {done.stdout}{done.stderr}")

    def _properties(self, broker):
        n = self._count
        replicas, in_sync = min(3, n), max(1, min(3, n) - 1)
        protocol = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT", "SASL": "SASL_PLAINTEXT", "TLS": "SSL"}
        listeners = ",".join(f"{name}://{broker.address(name)}" for name in self.listeners)
        p = dict(QUICK)
        p.update({
            "process.roles": "broker,controller",
            "node.id": broker.node,
            "controller.quorum.voters": ",".join(f"{b.node}@{b.address('CONTROLLER')}" for b in self.brokers),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "listeners": listeners,
            "listener.security.protocol.map": ",".join(f"{name}:{protocol[name]}" for name in self.listeners),
            "log.dirs": broker.dir / "data",
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
        })
        for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            p[f"{topic}.replication.factor"] = replicas
        for topic in ("transaction.state.log", "share.coordinator.state.topic"):
            p[f"{topic}.min.isr"] = in_sync
        if "SASL" in self.listeners:
            users = " ".join(f'user_{name}="{word}"' for name, word in self.users.items())
            p["sasl.enabled.mechanisms"] = "PLAIN"
            p["listener.name.sasl.plain.sasl.jaas.config"] = (
                f"org.apache.kafka.common.security.plain.PlainLoginModule required {users};")
        if "TLS" in self.listeners:
            p.update({"ssl.keystore.location": self.ca_pem.with_name("store.p12"), "ssl.keystore.type": "PKCS12",
                      "ssl.keystore.password": STORE_PASSWORD})
        if self._acls:
            p.update({"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                      "super.users": "User:ANONYMOUS", "allow.everyone.if.no.acl.found": "false"})
        p.update(self._extra)
        return "".join(f"{key}={value}\n" for key, value in p.items())


def create_topics(cluster, specs):
    for spec in specs:
        name, _, partitions = spec.partition(":")
        cluster.referee.ask("create_topic", topic=name, partitions=int(partitions or 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="start brokers and stay in the foreground until SIGTERM")
    start.add_argument("--brokers", type=int, default=1)
    start.add_argument("--dir", help="data and logs; default: a temporary directory, deleted at the end")
    start.add_argument("--topic", action="append", default=[], metavar="NAME[:PARTITIONS]")
    start.add_argument("--heap", default="384m", help="of each broker (default 384m)")
    start.add_argument("--full-jit", action="store_true", help="for benchmarks: slower start, faster broker")
    commands.add_parser("fetch", help="only fetch and compile what is missing")
    args = parser.parse_args()
    try:
        if args.command == "fetch":
            print(Jars().prepare().dir)
            return 0
        return serve(args)
    except Unavailable as reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return SKIPPED


def serve(args):
    # Without handlers a SIGTERM would skip the clean-up; the guard would still kill, but the directory would stay.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    jvm = [f"-Xmx{args.heap}", "-XX:+UseSerialGC"] + ([] if args.full_jit else ["-XX:TieredStopAtLevel=1"])
    directory = args.dir or tempfile.mkdtemp(prefix="strandline-kafka-")
    try:
        with Cluster(directory, brokers=args.brokers, jvm=jvm) as cluster:
            create_topics(cluster, args.topic)
            print(cluster.bootstrap, flush=True)
            while all(b.running() for b in cluster.brokers):
                time.sleep(0.5)
            print(f"a broker ended by itself; logs in {directory}/broker-*", file=sys.stderr)
            return 1
    finally:
        if not args.dir:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
