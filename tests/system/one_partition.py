"""One partition and one member that reads it, for tests of what becomes of a log. Owned by one thread."""

from processes import wait_until
from referee import RefereeError
from sut import Member


class OnePartition:
    def __init__(self, cluster, options, topic, replication, config=None):
        self.cluster, self.topic, self.dir, self.ask = cluster, topic, options.dir, cluster.referee.ask
        self.ask("create_topic", topic=topic, partitions=1, replication=replication)
        arguments = ["--bootstrap-server", cluster.bootstrap, "--topic", topic, "--group-id", f"{topic}-group",
                     "--group-protocol", "classic", "--verbose", "--reset-policy", "earliest"]
        self.member = Member(cluster, options.sut, options.dir, "member", arguments, ["--commit-interval-ms", "100"],
                             {"reconnect.backoff.max.ms": 500, **(config or {})})

    def partition(self):
        return self.ask("topic", topic=self.topic)["partitions"][0]

    def broker(self, node):
        return next(b for b in self.cluster.brokers if b.node == node)

    def produce(self, name, count):
        self.ask("produce_start", name=name, topic=self.topic, acks=str(self.dir / f"{name}.acks"), max=count)
        self.ask("produce_stop", name=name, abort=False)

    def wait(self, what, holds, timeout=60):
        def patiently():
            try:
                return holds()
            except (RefereeError, TimeoutError):
                return False
        wait_until(patiently, timeout, what, step=0.2)

    def handled(self):
        return [event["offset"] for event in self.member.events() if event["name"] == "record_data"]

    def committed(self):
        return self.ask("committed", group=f"{self.topic}-group")["offsets"].get(f"{self.topic}:0")
