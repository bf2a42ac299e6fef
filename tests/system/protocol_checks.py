"""Whether one process keeps to the VerifiableConsumer protocol: the invariants Kafka's own driver asserts."""

from bisect import bisect_left
from collections import defaultdict

from history import Violation, partitions, record_name as _name


def driver(history):
    """Invariants 1, 3, 4, 6 and 7 of Kafka's own driver, event by event."""
    found = []
    for p in history.processes:
        found += _Driver(history, p).run()
    return found


class _Driver:
    """The state Kafka's driver keeps of one process: joined or not, what it owns, how far it has read."""

    def __init__(self, history, process):
        self._history = history
        self._process = process
        self._joined = False
        self._owned = set()
        self._position = {}
        # Partitions whose commit in the present event was made before a freeze: judged by its samples.
        self._late = set()
        self._found = []

    def run(self):
        react = {"partitions_assigned": self._assigned, "partitions_revoked": self._revoked,
                 "records_consumed": self._consumed, "offsets_committed": self._committed}
        late = defaultdict(set)
        for commit in self._process.commits:
            if commit.late_answer:
                late[commit.seq].add(commit.tp)
        for seq, event in enumerate(self._process.events):
            self._late = late[seq]
            react.get(event["name"], lambda _: None)(event)
        return self._found

    def _fault(self, code, text):
        self._found.append(Violation(code, f"{self._process.name} {text}"))

    def _assigned(self, event):
        self._joined = True
        if self._history.protocol == "eager":
            self._owned, self._position = set(), {}
        self._owned |= set(partitions(event))

    def _revoked(self, event):
        if self._history.protocol == "eager":
            self._joined, self._owned, self._position = False, set(), {}
            return
        for tp in partitions(event):
            if tp not in self._owned and self._history.protocol == "cooperative":
                self._fault("DRIVER_REVOKE", f"was revoked {_name(tp)} without having it")
            self._owned.discard(tp)
            self._position.pop(tp, None)

    def _consumed(self, event):
        if not self._joined:
            self._fault("DRIVER_STATE", "consumed while it had no assignment")
        for part in event["partitions"]:
            tp = (part["topic"], part["partition"])
            if tp not in self._owned:
                self._fault("DRIVER_OWNER", f"consumed {_name(tp)} without owning it")
            want = self._next(tp)
            # Only in partition order is what was handled a run of offsets; else the summary is a range with holes.
            if self._history.order == "partition" and want is not None and part["minOffset"] != want:
                self._fault("DRIVER_POSITION", f"consumed {_name(tp, part['minOffset'])}, its position was {want}")
            self._position[tp] = max(part["maxOffset"] + 1, self._position.get(tp, 0))

    def _next(self, tp):
        """The first record in the log at or after the position, None when nothing was read yet."""
        if tp not in self._position:
            return None
        rows = self._history.visible.get(tp, [])
        i = bisect_left(rows, (self._position[tp],))
        return rows[i][0] if i < len(rows) else self._position[tp]

    def _committed(self, event):
        if not event["success"]:
            return
        for part in event["offsets"]:
            tp = (part["topic"], part["partition"])
            if part.get("error") or tp in self._late:
                continue
            if tp not in self._position:
                self._fault("DRIVER_COMMIT", f"committed {_name(tp, part['offset'])} having read nothing of it")
            elif part["offset"] > self._position[tp]:
                self._fault("DRIVER_COMMIT", f"committed {_name(tp, part['offset'])} beyond {self._position[tp]}")


def counts(history):
    """records_consumed adds up to the record_data of a process that was not killed between the two."""
    found = []
    for p in history.processes:
        if p.killed_at is not None:
            continue
        told, shown = defaultdict(int), defaultdict(int)
        for event in p.events:
            for part in event["partitions"] if event["name"] == "records_consumed" else []:
                told[(part["topic"], part["partition"])] += part["count"]
        for h in p.handled:
            shown[h.tp] += 1
        for tp in sorted(set(told) | set(shown)):
            if told[tp] != shown[tp]:
                found.append(Violation("COUNT", f"{p.name} told of {told[tp]} records of {_name(tp)}, showed {shown[tp]}"))
    return found


def lifecycle(history, exit_codes):
    """startup_complete comes first; a process that was not killed ends with one shutdown_complete and a good code."""
    found = []
    for p in history.processes:
        names = [event["name"] for event in p.events]
        if names and names[0] != "startup_complete":
            found.append(Violation("LIFECYCLE", f"{p.name} began with {names[0]}"))
        if p.killed_at is not None:
            continue
        if names.count("shutdown_complete") != 1 or names[-1] != "shutdown_complete":
            found.append(Violation("LIFECYCLE", f"{p.name} did not end with exactly one shutdown_complete"))
        if p.exit_code not in exit_codes:
            found.append(Violation("EXIT_CODE", f"{p.name} ended with {p.exit_code}"))
    return found
