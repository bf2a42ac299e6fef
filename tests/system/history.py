"""What happened in a run, as facts the checkers can judge: events per process, the broker's log, its committed offsets.

All times are milliseconds of the one machine's wall clock, as the verifiable clients stamp their events. Within one
process the order of the event file counts, never the time; between processes a comparison is strict, so that two
events of the same millisecond accuse nobody.
"""

import json
from dataclasses import dataclass, field


@dataclass
class Violation:
    """One broken promise: a code to test for, a text for whoever reads the failure."""
    code: str
    text: str

    def __str__(self):
        return f"{self.code}: {self.text}"


@dataclass
class Handled:
    """One record_data event: the handler of this record is done and it may be committed from here on."""
    tp: tuple
    offset: int
    key: str
    value: str
    at: int
    seq: int
    epoch: "Epoch"
    process: "Process"


@dataclass
class Commit:
    """One partition of an offsets_committed event; ok only when the broker accepted it."""
    tp: tuple
    offset: int
    ok: bool
    at: int
    seq: int
    process: "Process"
    # Accepted before its process was frozen and told of after it woke: its time says nothing of when it was made.
    late_answer: bool = False


@dataclass
class Epoch:
    """One assignment of one partition to one process, from partitions_assigned to its end."""
    tp: tuple
    process: "Process"
    start_at: int
    start_seq: int
    end_at: int = None
    end_seq: int = None


@dataclass
class Process:
    """One incarnation of a group member: its events in program order and how it ended."""
    name: str
    events: list
    killed_at: int = None
    exit_code: int = 0
    # (from, until) of each SIGSTOP.
    frozen: list = field(default_factory=list)
    handled: list = field(default_factory=list)
    commits: list = field(default_factory=list)
    epochs: list = field(default_factory=list)
    # Record and commit events of partitions this process did not own at that moment.
    stray: list = field(default_factory=list)

    def interpret(self, eager):
        """Derives handled, commits, epochs and stray from the events."""
        self.handled, self.commits, self.epochs, self.stray = [], [], [], []
        owned, at = {}, 0
        for seq, event in enumerate(self.events):
            # Threads of one process may write a millisecond out of order; the file's order is the truth.
            at = max(at, event.get("timestamp", at))
            name = event.get("name")
            if name == "partitions_assigned":
                if eager:
                    self._close(owned, list(owned), at, seq)
                for tp in partitions(event):
                    if tp not in owned:
                        owned[tp] = Epoch(tp, self, at, seq)
                        self.epochs.append(owned[tp])
            elif name == "partitions_revoked":
                self._close(owned, [tp for tp in partitions(event) if tp in owned], at, seq)
            elif name == "record_data":
                self._handle(event, owned, at, seq)
            elif name == "offsets_committed":
                self._commit(event, owned, at, seq)
        end = self.killed_at if self.killed_at is not None else at
        self._close(owned, list(owned), end, len(self.events))

    @staticmethod
    def _close(owned, tps, at, seq):
        for tp in tps:
            epoch = owned.pop(tp)
            epoch.end_at, epoch.end_seq = at, seq

    def _handle(self, event, owned, at, seq):
        tp = (event["topic"], event["partition"])
        epoch = owned.get(tp)
        one = Handled(tp, event["offset"], event["key"], event["value"], at, seq, epoch, self)
        self.handled.append(one)
        if epoch is None:
            self.stray.append(one)

    def _commit(self, event, owned, at, seq):
        for part in event["offsets"]:
            tp = (part["topic"], part["partition"])
            ok = bool(event["success"]) and not part.get("error")
            one = Commit(tp, part["offset"], ok, at, seq, self)
            self.commits.append(one)
            if ok and tp not in owned:
                self.stray.append(one)


@dataclass
class Sample:
    """The group's committed offsets as a client outside the test saw them between `asked` and `answered`."""
    asked: int
    answered: int
    offsets: dict


@dataclass
class History:
    """All of one group's run on one topic. order: partition | key | none. protocol: eager | cooperative | consumer."""
    processes: list
    # (topic, partition) → [(offset, key, value)] by offset: the dump by an independent reader.
    visible: dict
    end_offsets: dict
    committed: dict
    acks: list
    samples: list
    order: str = "partition"
    protocol: str = "eager"

    def prepare(self):
        for process in self.processes:
            process.interpret(self.protocol == "eager")
            for commit in process.commits:
                commit.late_answer = commit.ok and self._seen_while_frozen(commit)
            process.stray = [one for one in process.stray if not (isinstance(one, Commit) and one.late_answer)]
        return self

    def _seen_while_frozen(self, commit):
        """Whether the broker showed just this commit while its process was frozen: it is older than the freeze then."""
        return any(start <= sample.asked and sample.answered <= end <= commit.at
                   and sample.offsets.get(commit.tp) == commit.offset
                   for start, end in commit.process.frozen for sample in self.samples)


def partitions(event):
    return [(p["topic"], p["partition"]) for p in event["partitions"]]


def record_name(tp, offset=None):
    return f"{tp[0]}-{tp[1]}" + (f"@{offset}" if offset is not None else "")


def read_events(path):
    """Events of one incarnation; lines that are no JSON object are noise, as Kafka's own driver has it."""
    events = []
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "name" in event:
                events.append(event)
    return events


def read_records(path):
    """Rows of a dump or an acknowledgement log: (tp, offset, key, value)."""
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [((r["topic"], r["partition"]), r["offset"], r["key"], r["value"]) for r in rows]


def by_partition(records):
    visible = {}
    for tp, offset, key, value in records:
        visible.setdefault(tp, []).append((offset, key, value))
    for rows in visible.values():
        rows.sort()
    return visible


def partition_names(offsets):
    """{"topic:3": 7} as the referee writes it → {("topic", 3): 7}."""
    named = {}
    for name, offset in offsets.items():
        topic, _, partition = name.rpartition(":")
        named[(topic, int(partition))] = offset
    return named


def read_samples(path):
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Sample(r["asked"], r["answered"], partition_names(r["offsets"])) for r in rows if "offsets" in r]
