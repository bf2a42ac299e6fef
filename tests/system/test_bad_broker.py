#!/usr/bin/env python3
"""Brokers that refuse: the process says clearly what is wrong, handles nothing and commits nothing.

Each refusal has its twin that is let in, so that a refusal proves the fault and not a broken set-up.
"""

import re
import subprocess
import time

from harness import Failed, main, real_cluster, say, side_by_side
from processes import wait_until
from sut import Member

RECORDS = 100
USERS = {"alice": "alice-secret", "mallory": "mallory-secret"}
ERROR_SECONDS = 40
STOP_SECONDS = 20


class Case:
    """One process against one kind of broker trouble. Owned by one thread; name is also the group's id."""

    def __init__(self, world, name, topic="bad", listener="PLAINTEXT", reset="earliest", config=None):
        self.cluster, self.name, self.topic = world.cluster, name, topic
        options = ["--bootstrap-server", self.cluster.addresses(listener), "--topic", topic, "--group-id", name,
                   "--group-protocol", "classic", "--verbose", "--reset-policy", reset]
        config = {**(config or {}), ("metadata.max.age.ms" if world.sut.java else "topic.metadata.refresh.interval.ms"):
                  1000}
        self.member = Member(self.cluster, world.sut, world.dir, name, options, ["--commit-interval-ms", "100"], config)
        self.before = None
        self._world = world

    def commit(self, offset):
        self.cluster.referee.ask("commit", group=self.name, topic=self.topic, partition=0, offset=offset)

    def committed(self):
        return self.cluster.referee.ask("committed", group=self.name)["offsets"]

    def refused(self, *wanted):
        """Its error output names every pattern in one line; it ends when asked to; nothing was handled or committed."""
        self.before = self.committed()
        self.member.start()
        try:
            wait_until(lambda: self._says(wanted), ERROR_SECONDS, "error", step=0.2)
        except TimeoutError:
            raise Failed(f"{self.name}: no line with all of {wanted} within {ERROR_SECONDS} s; it said:\n"
                         + "\n".join(self.member.errors().splitlines()[-15:])) from None
        # A wrong commit would come with the next commit interval, not with the error.
        time.sleep(1)
        self._untouched()
        say(f"{self.name}: refused, as it should be")

    def ends(self):
        """Stops it, if it has not ended by itself; an error that ended it must show in the exit code."""
        code = self.member.wait(0.1)
        if code == 0 and not self._world.sut.java:
            raise Failed(f"{self.name}: ended by itself with exit code 0")
        if code is None and self.member.stop(STOP_SECONDS) is None:
            raise Failed(f"{self.name}: did not stop within {STOP_SECONDS} s of a SIGTERM")
        self._untouched()

    def let_in(self):
        """It consumes and commits everything, then stops cleanly."""
        self.member.start()
        self.consumes()
        if self.member.stop(STOP_SECONDS) not in self._world.sut.exit_codes:
            raise Failed(f"{self.name}: no clean stop")
        say(f"{self.name}: let in, as it should be")

    def consumes(self):
        wait_until(lambda: self.member.count("record_data") == RECORDS and
                   self.committed().get(f"{self.topic}:0") == RECORDS, ERROR_SECONDS,
                   f"{self.name}: {RECORDS} records handled and committed", step=0.2)

    def _says(self, wanted):
        lines = self.member.errors().splitlines()
        return any(all(re.search(pattern, line, re.IGNORECASE) for pattern in wanted) for line in lines)

    def _untouched(self):
        bad = [e for e in self.member.events() if e["name"] == "record_data"
               or (e["name"] == "offsets_committed" and e["success"])]
        if bad or self.committed() != self.before:
            raise Failed(f"{self.name}: handled or committed although refused: {bad[:3]} {self.committed()}")


class World:
    """One broker with every kind of listener, and the topics and rights the cases need."""

    def __init__(self, cluster, options):
        self.cluster, self.sut, self.dir = cluster, options.sut, options.dir
        self.ask = cluster.referee.ask
        for topic in ("bad", "trimmed"):
            self.make_topic(topic)
        self.ask("delete_records", topic="trimmed", partition=0, before=50)
        for user in USERS:
            self._allow(user, "GROUP", f"sasl-{user}", "READ")
            self._allow(user, "GROUP", f"acl-topic-{user}", "READ")
        self._allow("alice", "TOPIC", "bad", "READ")
        self._allow("alice", "TOPIC", "bad", "DESCRIBE")

    def make_topic(self, topic):
        self.ask("create_topic", topic=topic, partitions=1)
        self.ask("produce_start", name=topic, topic=topic, acks=str(self.dir / f"{topic}.acks"), max=RECORDS)
        self.ask("produce_stop", name=topic, abort=False)

    def _allow(self, user, kind, name, operation):
        self.ask("allow", principal=f"User:{user}", type=kind, name=name, operation=operation)

    def sasl(self, user, password=None):
        return self.sut.security(user=user, password=password or USERS[user])

    def tls(self, ca):
        return self.sut.security(tls_ca=ca)

    def foreign_ca(self):
        """A certificate that signed nothing here."""
        store, pem = self.dir / "foreign.p12", self.dir / "foreign.pem"
        common = ["-keystore", str(store), "-storepass", "strandline", "-alias", "other"]
        for command in (["-genkeypair", "-keyalg", "RSA", "-dname", "CN=other", "-storetype", "PKCS12"],
                        ["-exportcert", "-rfc", "-file", str(pem)]):
            subprocess.run(["keytool", *command, *common], check=True, capture_output=True)
        return pem


def refused(case, *wanted):
    def run():
        case.refused(*wanted)
        case.ends()
    return run


def topic_missing(case, world):
    """Named while it is missing; once it is there, a process that waits for it consumes it."""
    case.refused("later", "unknown|not exist|missing|not available|not found")
    if case.member.running():
        world.make_topic("later")
        case.consumes()
        case.member.stop(STOP_SECONDS)
        say(f"{case.name}: consumed it once it was there")
    else:
        case.ends()


def beyond_the_end(case):
    case.commit(10**6)
    refused(case, r"out.?of.?range|reset|no.?offset", f"{case.topic}")()


def below_the_start(case):
    case.commit(10)
    refused(case, r"out.?of.?range|reset|no.?offset", f"{case.topic}")()


def scenario(options):
    with real_cluster(options, sasl=True, tls=True, acls=True, users=USERS) as cluster:
        w = World(cluster, options)
        tls_error = r"ssl|tls|certificat|handshake"
        jobs = [
            Case(w, "sasl-alice", listener="SASL", config=w.sasl("alice")).let_in,
            refused(Case(w, "sasl-wrong-password", listener="SASL", config=w.sasl("alice", "wrong")), "authenticat"),
            Case(w, "tls-right-ca", listener="TLS", config=w.tls(cluster.ca_pem)).let_in,
            refused(Case(w, "tls-wrong-ca", listener="TLS", config=w.tls(w.foreign_ca())), tls_error),
            refused(Case(w, "tls-to-plaintext", listener="PLAINTEXT", config=w.tls(cluster.ca_pem)), tls_error),
            Case(w, "acl-topic-alice", listener="SASL", config=w.sasl("alice")).let_in,
            refused(Case(w, "acl-topic-mallory", listener="SASL", config=w.sasl("mallory")), "authoriz", "bad"),
            refused(Case(w, "acl-group-denied", listener="SASL", config=w.sasl("alice")), "authoriz", "group"),
            lambda c=Case(w, "topic-missing", topic="later"): topic_missing(c, w),
            refused(Case(w, "no-offset", reset="none"), r"reset|no.?offset|no.?committed", "bad"),
            lambda c=Case(w, "beyond-the-end", reset="none"): beyond_the_end(c),
            lambda c=Case(w, "below-the-start", topic="trimmed", reset="none"): below_the_start(c),
        ]
        width = 2 if options.sut.java else 6
        for i in range(0, len(jobs), width):
            side_by_side(jobs[i:i + width])


if __name__ == "__main__":
    main(scenario)
