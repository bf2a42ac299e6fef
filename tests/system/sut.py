"""The process under test: how it is called, one member of a group, its incarnations.

Two kinds speak the same protocol: our own (tests/verifiable, on the public API) and, with STRANDLINE_SUT=java,
Kafka's VerifiableConsumer, which proves the harness itself: what Kafka's own client cannot pass is no fair test.
"""

import os
import signal
import time
from pathlib import Path

from history import Process, read_events
from jars import HERE as KAFKA_DIR
from processes import Child, wait_until

_ASSIGNORS = "org.apache.kafka.clients.consumer."

# name → options of the process, and which rules of Kafka's driver hold for its rebalances.
PROTOCOLS = {
    "range": (["--group-protocol", "classic", "--assignment-strategy", _ASSIGNORS + "RangeAssignor"], "eager"),
    "cooperative": (["--group-protocol", "classic", "--assignment-strategy",
                     _ASSIGNORS + "CooperativeStickyAssignor"], "cooperative"),
    "consumer": (["--group-protocol", "consumer"], "consumer"),
}


class NotBuilt(Exception):
    """There is no process to test."""


class Sut:
    """Builds command lines for one kind of process under test."""

    def __init__(self, binary=None):
        binary = binary or os.environ.get("STRANDLINE_VERIFIABLE_CONSUMER")
        self.java = os.environ.get("STRANDLINE_SUT") == "java"
        if not self.java and binary and not os.access(binary, os.X_OK):
            # Named and absent is a broken build; a skip here would hide it.
            raise FileNotFoundError(f"no executable at {binary}: build the target verifiable_consumer")
        if not self.java and not binary:
            raise NotBuilt("the verifiable consumer is not built (target verifiable_consumer); "
                           "STRANDLINE_SUT=java runs the harness on Kafka's own client instead")
        self._binary = binary
        # A JVM ends with 128 + SIGTERM after a clean stop.
        self.exit_codes = (0, 143) if self.java else (0,)

    def command(self, cluster, options, ours):
        if self.java:
            return [cluster.jars.java, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-Dstrandline.log.target=SYSTEM_ERR",
                    f"-Dlog4j2.configurationFile={KAFKA_DIR / 'log4j2.properties'}", "-cp", cluster.jars.classpath(),
                    "org.apache.kafka.tools.VerifiableConsumer", *options]
        return [self._binary, *options, *ours]

    def security(self, *, user=None, password=None, tls_ca=None):
        """Client properties in the words of either client library."""
        config = {}
        if user is not None:
            config.update({"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"})
            if self.java:
                config["sasl.jaas.config"] = ("org.apache.kafka.common.security.plain.PlainLoginModule required "
                                              f'username="{user}" password="{password}";')
            else:
                config.update({"sasl.username": user, "sasl.password": password})
        if tls_ca is not None:
            config["security.protocol"] = "SSL"
            if self.java:
                config.update({"ssl.truststore.type": "PEM", "ssl.truststore.location": str(tls_ca)})
            else:
                config["ssl.ca.location"] = str(tls_ca)
        return config


class Member:
    """One member of a group over all its incarnations. Owned by one scenario thread."""

    def __init__(self, cluster, sut, directory, name, options, ours=(), config=None):
        self.name = name
        self.incarnations = []
        self._cluster, self._sut, self._dir = cluster, sut, Path(directory)
        self._options, self._ours = list(options), list(ours)
        self._child = None
        self._paused_at = None
        if config:
            path = self._dir / f"{name}.properties"
            path.write_text("".join(f"{key}={value}\n" for key, value in config.items()))
            self._options += ["--command-config", path]

    def start(self):
        base = self._dir / f"{self.name}.{len(self.incarnations)}"
        self.incarnations.append({"base": base, "killed_at": None, "exit_code": None, "frozen": []})
        command = self._sut.command(self._cluster, self._options, self._ours)
        self._child = Child(self._cluster.guard, command, f"{base}.events", f"{base}.err")

    def running(self):
        return self._child.running()

    def kill(self):
        self._child.kill()
        # After the death, so that no event of the process can be later than it.
        self.incarnations[-1]["killed_at"] = round(time.time() * 1000)

    def stop(self, timeout=30):
        """SIGTERM; the exit code, or None (and a failed verdict later) when it hung beyond the deadline."""
        code = self._child.terminate(timeout)
        self.incarnations[-1]["exit_code"] = -9 if code is None else code
        return code

    def ask_to_end(self):
        self._child.ask_to_end()

    def pause(self):
        self._paused_at = round(time.time() * 1000)
        self._child.signal(signal.SIGSTOP)

    def resume(self):
        # Before it, so that no event of the woken process is earlier.
        self.incarnations[-1]["frozen"].append((self._paused_at, int(time.time() * 1000)))
        self._child.signal(signal.SIGCONT)

    def wait(self, timeout):
        """Waits for it to end by itself; the exit code or None."""
        code = self._child.wait(timeout)
        self.incarnations[-1]["exit_code"] = code
        return code

    def events(self):
        """Events of the current incarnation so far."""
        return read_events(f"{self.incarnations[-1]['base']}.events")

    def count(self, name):
        return sum(1 for event in self.events() if event["name"] == name)

    def errors(self):
        """What the current incarnation has printed for people."""
        return Path(f"{self.incarnations[-1]['base']}.err").read_text(errors="replace")

    def wait_more(self, name, more, timeout):
        """Waits for `more` further events of a name; False at the deadline (the caller decides what that means)."""
        want = self.count(name) + more
        try:
            wait_until(lambda: self.count(name) >= want, timeout, name, step=0.1)
        except TimeoutError:
            return False
        return True

    def processes(self):
        """Its incarnations as the checkers want them."""
        return [Process(one["base"].name, read_events(f"{one['base']}.events"), one["killed_at"], one["exit_code"],
                        one["frozen"]) for one in self.incarnations]
