"""What every system test shares: options, seed, working directory, verdict, and one group under load."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "kafka"))

from checkers import check, count_duplicates  # noqa: E402
from history import History, by_partition, partition_names, read_records, read_samples  # noqa: E402
from jars import Unavailable  # noqa: E402
from kafka_cluster import SKIPPED, Cluster  # noqa: E402
from processes import wait_until  # noqa: E402
from referee import RefereeError  # noqa: E402
from sut import PROTOCOLS, Member, NotBuilt, Sut  # noqa: E402

_started = time.monotonic()
_printing = threading.Lock()


class Failed(Exception):
    """The test's verdict: what was promised and did not hold."""


def say(text):
    with _printing:
        print(f"[{time.monotonic() - _started:6.1f} s] {text}", flush=True)


def main(scenario, add_options=None):
    """Runs scenario(options): exit 0 passed, 1 failed (files kept), 77 skipped with a reason."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sut", help="the verifiable consumer; default: $STRANDLINE_VERIFIABLE_CONSUMER")
    parser.add_argument("--seed", type=int, default=os.environ.get("STRANDLINE_SEED") or random.randrange(10**9))
    parser.add_argument("--keep", action="store_true", help="keep the files of a run that passed as well")
    if add_options:
        add_options(parser)
    options = parser.parse_args()
    options.dir = Path(tempfile.mkdtemp(prefix="strandline-system-"))
    code = 1
    try:
        options.sut = Sut(options.sut)
        say(f"seed {options.seed}, process under test: {'java' if options.sut.java else 'strandline'}")
        scenario(options)
        say("passed")
        code = 0
    except (NotBuilt, Unavailable) as reason:
        print(f"skipped: {reason}", flush=True)
        code = 1 if os.environ.get("STRANDLINE_REQUIRE_KAFKA") else SKIPPED
    except (Failed, TimeoutError, RefereeError) as fault:
        say(f"FAILED (--seed {options.seed}): {fault}")
    except Exception:
        traceback.print_exc()
    if code == 1 or options.keep:
        say(f"events, logs and brokers' data are in {options.dir}")
    else:
        shutil.rmtree(options.dir, ignore_errors=True)
    sys.exit(code)


class Group:
    """A topic, a stream of records into it, a consumer group on it, and what they leave for the checkers.

    Owned by one thread; several groups on one cluster may run side by side.
    """

    def __init__(self, cluster, options, name, protocol="range", order="partition", members=3, partitions=12,
                 session_ms=5000, static=False, seed=1, ours=()):
        self.cluster, self.name, self.order, self.static = cluster, name, order, static
        self.topic, self.id = f"topic-{name}", f"group-{name}"
        self.dir = options.dir / name
        self.dir.mkdir()
        self.rng = random.Random(f"{seed}/{name}")
        self.kills = 0
        self.sut = options.sut
        self._rules = PROTOCOLS[protocol][1]
        self._final_lag = None
        arguments = ["--bootstrap-server", cluster.bootstrap, "--topic", self.topic, "--group-id", self.id,
                     "--verbose", "--reset-policy", "earliest", *PROTOCOLS[protocol][0]]
        config = {"reconnect.backoff.max.ms": 500}
        if protocol != "consumer":
            # The consumer protocol takes both from the broker and refuses them here.
            arguments += ["--session-timeout", str(session_ms)]
            config["heartbeat.interval.ms"] = min(1000, session_ms // 4)
        ours = ["--order", order, "--workers", "2", "--work-us", "200", "--commit-interval-ms", "200",
                "--drain-timeout-ms", "5000", *ours]
        cluster.referee.ask("create_topic", topic=self.topic, partitions=partitions)
        self.members = []
        for i in range(members):
            own = ["--group-instance-id", f"{self.id}-instance-{i}"] if static else []
            self.members.append(Member(cluster, self.sut, self.dir, f"member-{i}", arguments + own, ours, config))

    # --- load ---

    def feed(self, rate=0, count=None, keys=200, null_every=16):
        """Starts producing: keyed records, each 16th without a key. count: stop there by itself."""
        limit = {} if count is None else {"max": count}
        self._ask("produce_start", name=self.id, topic=self.topic, acks=str(self.dir / "acks.jsonl"), rate=rate,
                  keys=keys, null_every=null_every, seed=self.rng.randrange(10**9), **limit)

    def watch(self):
        self._ask("sample_start", group=self.id, file=str(self.dir / "samples.jsonl"), interval_ms=200)

    def start(self, timeout=60):
        for member in self.members:
            member.start()
        self.wait_stable(timeout)

    # --- waiting ---

    def progress(self):
        """Sum of committed offsets, as the broker has them."""
        return sum(self._ask("committed", group=self.id)["offsets"].values())

    def wait_progress(self, more=200, timeout=60):
        """Waits until the group has committed `more` further records; catches a stuck group."""
        goal = self._patiently(self.progress) + more
        wait_until(lambda: self._alive() and self._patiently(self.progress) >= goal, timeout,
                   f"{self.name}: {more} more records committed", step=0.2)

    def wait_produced(self, count, timeout=60):
        wait_until(lambda: self._ask("produce_count", name=self.id)["acked"] >= count, timeout,
                   f"{self.name}: {count} records produced", step=0.2)

    def wait_stable(self, timeout=60):
        """Waits until the coordinator has all running members and each partition has an owner."""
        living = [m for m in self.members if m.running()]
        running = len(living)
        wanted = len(self._ask("topic", topic=self.topic)["partitions"])

        def stable():
            self._alive()
            # A static member counts as present while its process is still starting.
            if not all(m.count("partitions_assigned") for m in living):
                return False
            group = self._patiently(lambda: self._ask("group", group=self.id))
            owned = [tp for m in group["members"] for tp in m["partitions"]]
            return (group["state"].upper() == "STABLE" and len(group["members"]) == running
                    and len(owned) == len(set(owned)) == wanted)
        wait_until(stable, timeout, f"{self.name}: a stable group of {running} owning {wanted} partitions", step=0.2)

    def _alive(self):
        for member in self.members:
            one = member.incarnations[-1] if member.incarnations else None
            if one and one["killed_at"] is None and one["exit_code"] is None and not member.running():
                raise Failed(f"{self.name}: {one['base'].name} ended by itself with {member.wait(1)}; its last words:\n"
                             + "\n".join(member.errors().splitlines()[-15:]))
        return True

    @staticmethod
    def _patiently(question):
        """A broker that is being bounced may refuse an answer; the deadline of the caller bounds the patience."""
        for _ in range(20):
            try:
                return question()
            except RefereeError as refused:
                last = refused
                time.sleep(0.5)
        raise last

    def _ask(self, cmd, **arguments):
        return self.cluster.referee.ask(cmd, **arguments)

    # --- faults ---

    def kill_one(self):
        """SIGKILL of a random member at a random moment: of time, of its work, or of a rebalance; then a restart."""
        member = self.rng.choice(self.members)
        moment = self.rng.choice(["time", "record_data", "partitions_assigned"])
        if moment == "time":
            time.sleep(self.rng.uniform(0.1, 2.0))
        else:
            member.wait_more(moment, self.rng.randrange(1, 300) if moment == "record_data" else 1, timeout=5)
        self._alive()
        member.kill()
        self.kills += 1
        time.sleep(self.rng.choice([0, self.rng.uniform(0, 1.5)]))
        member.start()

    # --- the end and the verdict ---

    def finish(self, timeout=90, excused=()):
        """Ends the stream, lets the group catch up, stops the members, and judges the whole run.

        excused: codes of verdicts that this test's faults make no fault of the process.
        """
        if self.sut.java:
            # Kafka's verifiable consumer tries a refused commit again only when more records come.
            self.wait_stable()
        produced = self._ask("produce_stop", name=self.id, abort=True, timeout=150)
        self.catch_up(timeout)
        for member in self.members:
            member.ask_to_end()
        for member in self.members:
            member.stop()
        self._ask("sample_stop", group=self.id)
        return self.judge(produced, excused)

    def catch_up(self, timeout=90):
        """Waits until everything produced so far is committed."""
        ends = self._ask("end_offsets", topic=self.topic)["offsets"]
        goal = {f"{self.topic}:{partition}": end for partition, end in ends.items() if end > 0}

        def caught_up():
            self._alive()
            return self._ask("committed", group=self.id)["offsets"] == goal
        try:
            wait_until(caught_up, timeout, "caught up", step=0.2)
        except TimeoutError:
            got = self._ask("committed", group=self.id)["offsets"]
            stuck = {tp: (got.get(tp, 0), end) for tp, end in goal.items() if got.get(tp, 0) != end}
            raise Failed(f"{self.name}: not everything committed within {timeout} s; "
                         f"partition: (committed, end): {stuck}") from None

    def history(self):
        dump = self.dir / "dump.jsonl"
        self._ask("dump", topic=self.topic, file=str(dump))
        ends = self._ask("end_offsets", topic=self.topic)["offsets"]
        return History(
            processes=[process for member in self.members for process in member.processes()],
            visible=by_partition(read_records(dump)),
            end_offsets={(self.topic, int(p)): end for p, end in ends.items()},
            committed=partition_names(self._ask("committed", group=self.id)["offsets"]),
            acks=read_records(self.dir / "acks.jsonl"),
            samples=read_samples(self.dir / "samples.jsonl"),
            order=self.order, protocol=self._rules)

    def judge(self, produced, excused=()):
        history = self.history()
        found = [v for v in check(history, exit_codes=self.sut.exit_codes) if v.code not in excused]
        handled = sum(len(p.handled) for p in history.processes)
        records = sum(len(rows) for rows in history.visible.values())
        assigned = max(sum(1 for e in p.events if e["name"] == "partitions_assigned") for p in history.processes)
        say(f"{self.name}: {records} records, {handled} handled, {count_duplicates(history)} duplicates, "
            f"{self.kills} kills, {len(history.processes)} incarnations, ≤ {assigned} assignments each, "
            f"{len(history.samples)} samples, {len(found)} violations")
        if produced["failed"]:
            raise Failed(f"{self.name}: the producer lost {produced['failed']} records; the run proves nothing")
        if found:
            for code, count in Counter(v.code for v in found).most_common():
                say(f"{self.name}: {count} × {code}, the first: {next(v.text for v in found if v.code == code)}")
            raise Failed(f"{self.name}: {len(found)} violations")
        return history


def side_by_side(jobs):
    """Runs the jobs in threads and raises the first fault once all have ended."""
    faults = []

    def run(job):
        try:
            job()
        except Exception as fault:
            if not isinstance(fault, (Failed, TimeoutError, RefereeError)):
                traceback.print_exc()
            faults.append(fault)
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def real_cluster(options, **how):
    say("starting Kafka")
    return Cluster(options.dir / "kafka", **how)
