"""The verdicts: what must hold for every history, whatever was killed while it was made.

Each check is a function History → list of Violation and judges one promise. `check` runs them all. Their own
negative tests are in test_checkers.py: a checker nobody has seen fail may check nothing.
"""

from bisect import bisect_left
from collections import defaultdict

from history import Commit, Violation, record_name as _name
from protocol_checks import counts, driver, lifecycle


def check(history, duplicates="after_crash", exit_codes=(0,)):
    """All verdicts on a history. duplicates: after_crash (a clean stop allows none) | report (never a fault)."""
    history.prepare()
    found = []
    for one in (_lost, _unseen, _acked_missing, _content, _order_in_epoch, _order_over_epochs, _same_epoch_twice,
                _behind_commit, _commit_ahead, _sampled_ahead, _commit_regress, _sample_regress, _commit_forgotten,
                _stray, _owners_overlap, _zombie, driver, counts):
        found += one(history)
    found += lifecycle(history, exit_codes)
    if duplicates == "after_crash":
        found += _duplicate_without_crash(history)
    return found


def count_duplicates(history):
    """Handlings beyond the first of each record."""
    total = sum(len(p.handled) for p in history.processes)
    return total - len({(h.tp, h.offset) for p in history.processes for h in p.handled})


def _all_handled(history):
    return [h for p in history.processes for h in p.handled]


# --- nothing lost -----------------------------------------------------------------------------------------------------

def _missing(history, below):
    handled = {(h.tp, h.offset) for h in _all_handled(history)}
    return [(tp, offset) for tp, rows in history.visible.items() for offset, _, _ in rows
            if (tp, offset) not in handled and below(tp, offset)]


def _lost(history):
    """A record below the final committed offset that no handler finished is lost for good."""
    return [Violation("LOST", f"{_name(tp, offset)} is committed and was never handled")
            for tp, offset in _missing(history, lambda tp, offset: offset < history.committed.get(tp, 0))]


def _unseen(history):
    """After the faults stop everything is handled and committed to the end."""
    found = [Violation("UNSEEN", f"{_name(tp, offset)} was never handled")
             for tp, offset in _missing(history, lambda tp, offset: offset >= history.committed.get(tp, 0))]
    for tp, end in history.end_offsets.items():
        got = history.committed.get(tp, 0)
        if got != end:
            found.append(Violation("UNCOMMITTED", f"{_name(tp)} is committed to {got}, its end is {end}"))
    return found


def _acked_missing(history):
    """The broker lost what it acknowledged: no fault of the consumer, but the run proves nothing then."""
    present = {(tp, offset) for tp, rows in history.visible.items() for offset, _, _ in rows}
    return [Violation("BROKER_LOSS", f"{_name(tp, offset)} was acknowledged and is not in the log")
            for tp, offset, _, _ in history.acks if (tp, offset) not in present]


def _content(history):
    """Everybody sees the same key and value at an offset, and nothing that is not in the log."""
    rows = {(tp, offset): (key, value) for tp, all_rows in history.visible.items() for offset, key, value in all_rows}
    found = []
    for h in _all_handled(history):
        want = rows.get((h.tp, h.offset))
        if want is None:
            found.append(Violation("UNKNOWN_RECORD", f"{h.process.name} handled {_name(h.tp, h.offset)}: not in the log"))
        elif want != (h.key, h.value):
            found.append(Violation("CONTENT", f"{h.process.name} saw {h.key}={h.value} at {_name(h.tp, h.offset)}, "
                                              f"the log has {want[0]}={want[1]}"))
    return found


# --- order ------------------------------------------------------------------------------------------------------------

def _lanes(history):
    """lane → its offsets in the log. A lane is what must be in order; records without a key share one per partition."""
    lanes = defaultdict(list)
    for tp, rows in history.visible.items():
        for offset, key, _ in rows:
            lanes[_lane(history, tp, key)].append(offset)
    return lanes


def _lane(history, tp, key):
    return (tp, key) if history.order == "key" else (tp,)


def _order_in_epoch(history):
    """Within one assignment each lane advances record by record: no swap, no gap, no step back."""
    if history.order == "none":
        return []
    lanes, last, found = _lanes(history), {}, []
    for h in _all_handled(history):
        lane = _lane(history, h.tp, h.key)
        before = last.get((id(h.epoch), lane))
        last[(id(h.epoch), lane)] = h.offset
        if before is None or h.epoch is None:
            continue
        offsets = lanes.get(lane, [])
        after = bisect_left(offsets, before + 1)
        want = offsets[after] if after < len(offsets) else None
        if h.offset != want:
            found.append(Violation("ORDER", f"{h.process.name} handled {_name(h.tp, h.offset)} after {before} "
                                            f"(key {h.key}), next in order is {want}"))
    return found


def _done_before(history):
    """(tp, offset) → every handling of it, for questions of what was finished when."""
    done = defaultdict(list)
    for h in _all_handled(history):
        done[(h.tp, h.offset)].append(h)
    return done


def _finished(handlings, process, seq, at):
    """Whether a record was finished as seen from one event: by program order here, by time in other processes."""
    return any(h.seq < seq if h.process is process else h.at <= at for h in handlings)


def _order_over_epochs(history):
    """When an assignment starts a lane, everything before it in the lane was finished by somebody."""
    if history.order == "none":
        return []
    lanes, done, found, started = _lanes(history), _done_before(history), [], set()
    for h in _all_handled(history):
        lane = _lane(history, h.tp, h.key)
        if (id(h.epoch), lane) in started:
            continue
        started.add((id(h.epoch), lane))
        for offset in lanes.get(lane, []):
            if offset >= h.offset:
                break
            if not _finished(done[(h.tp, offset)], h.process, h.seq, h.at):
                found.append(Violation("ORDER_OVER_EPOCHS", f"{h.process.name} handled {_name(h.tp, h.offset)} "
                                                            f"(key {h.key}) before {offset} was finished"))
                break
    return found


# --- duplicates -------------------------------------------------------------------------------------------------------

def _same_epoch_twice(history):
    """No assignment handles a record twice, crash or not."""
    seen, found = set(), []
    for h in _all_handled(history):
        mark = (id(h.epoch), h.tp, h.offset)
        if mark in seen and h.epoch is not None:
            found.append(Violation("DUPLICATE", f"{h.process.name} handled {_name(h.tp, h.offset)} twice in one "
                                                f"assignment"))
        seen.add(mark)
    return found


def _duplicate_without_crash(history):
    """A record comes again only after its first owner was killed while it had it, or was refused a commit.

    In any order: what lies before the last record that was begun is finished before a partition is given up.
    """
    refused = {(id(c.process), c.tp): c.seq for p in history.processes for c in p.commits if not c.ok}
    done, found = _done_before(history), []
    for (tp, offset), handlings in done.items():
        handlings.sort(key=lambda h: (h.at, h.seq))
        for first, again in zip(handlings, handlings[1:]):
            if first.epoch is again.epoch:
                continue
            if not _ended_by_kill(first) and refused.get((id(first.process), tp), -1) < first.seq:
                found.append(Violation("DUPLICATE_AFTER_CLEAN", f"{_name(tp, offset)} was handled by "
                                       f"{first.process.name}, given up cleanly, and again by {again.process.name}"))
    return found


def _ended_by_kill(handled):
    """Whether the assignment in which a record was handled ended with its process, and not before."""
    epoch, process = handled.epoch, handled.process
    return process.killed_at is not None and (epoch is None or epoch.end_seq == len(process.events))


def _behind_commit(history):
    """No assignment reads below what was committed before it began (driver invariant 5)."""
    commits, found = defaultdict(list), []
    for p in history.processes:
        for c in p.commits:
            if c.ok:
                commits[c.tp].append(c)
    for epoch, offset in _first_offsets(history):
        for c in commits[epoch.tp]:
            earlier = c.seq < epoch.start_seq if c.process is epoch.process else c.at < epoch.start_at
            if earlier and c.offset > offset:
                found.append(Violation("BEHIND_COMMIT", f"{epoch.process.name} handled {_name(epoch.tp, offset)}, "
                                       f"{c.offset} had been committed by {c.process.name} before"))
                break
    return found


def _first_offsets(history):
    """(epoch, lowest offset it handled) of every assignment that handled something."""
    lowest = {}
    for h in _all_handled(history):
        if h.epoch is not None:
            known = lowest.get(id(h.epoch))
            lowest[id(h.epoch)] = (h.epoch, h.offset if known is None else min(known[1], h.offset))
    return lowest.values()


# --- commits ----------------------------------------------------------------------------------------------------------

def _commit_ahead(history):
    """No commit, accepted or not, covers a record that nobody had finished when it was made."""
    done, found = _done_before(history), []
    for p in history.processes:
        # What one commit of this process has been found to cover stays covered; each later one starts there.
        proven = defaultdict(int)
        for c in p.commits:
            rows = history.visible.get(c.tp, [])
            i = proven[c.tp]
            while i < len(rows) and rows[i][0] < c.offset:
                if not _finished(done[(c.tp, rows[i][0])], p, c.seq, c.at):
                    found.append(Violation("COMMIT_AHEAD", f"{p.name} committed {_name(c.tp, c.offset)} before "
                                                           f"{rows[i][0]} was finished"))
                    break
                i += 1
            proven[c.tp] = i
            if c.offset > history.end_offsets.get(c.tp, c.offset):
                found.append(Violation("COMMIT_BEYOND_END", f"{p.name} committed {_name(c.tp, c.offset)}, the log ends "
                                                            f"at {history.end_offsets[c.tp]}"))
    return found


def _sampled_ahead(history):
    """The same from the broker's side, whatever the process says of itself (a killed one says nothing)."""
    first = {}
    for h in _all_handled(history):
        first[(h.tp, h.offset)] = min(h.at, first.get((h.tp, h.offset), h.at))
    found, proven = [], defaultdict(int)
    for sample in history.samples:
        for tp, offset in sample.offsets.items():
            rows, i = history.visible.get(tp, []), proven[tp]
            while i < len(rows) and rows[i][0] < offset:
                if first.get((tp, rows[i][0]), sample.answered + 1) > sample.answered:
                    found.append(Violation("SAMPLED_AHEAD", f"the broker had {_name(tp, offset)} committed before "
                                                            f"{rows[i][0]} was finished"))
                    break
                i += 1
            proven[tp] = i
    return found


def _commit_regress(history):
    """Accepted commits of a partition never go backward: in one process by its own order, between two by time."""
    found, by_tp = [], defaultdict(list)
    for p in history.processes:
        highest = {}
        for c in p.commits:
            if not c.ok:
                continue
            if c.offset < highest.get(c.tp, 0):
                found.append(Violation("COMMIT_REGRESS", f"{p.name} committed {_name(c.tp, c.offset)} after "
                                                         f"{highest[c.tp]}"))
            highest[c.tp] = max(c.offset, highest.get(c.tp, 0))
            if not c.late_answer:
                by_tp[c.tp].append(c)
    for tp, commits in by_tp.items():
        commits.sort(key=lambda c: c.at)
        top, pending = None, []
        for c in commits:
            while pending and pending[0].at < c.at:
                ready = pending.pop(0)
                top = ready if top is None or ready.offset > top.offset else top
            if top is not None and top.offset > c.offset and top.process is not c.process:
                found.append(Violation("COMMIT_REGRESS", f"{c.process.name} committed {_name(tp, c.offset)} after "
                                                         f"{top.process.name} had {top.offset}"))
            pending.append(c)
    return found


def _sample_regress(history):
    """The broker's committed offset never moves backward, up to the final one."""
    found, highest = [], {}
    rows = [s.offsets for s in history.samples] + [history.committed]
    for offsets in rows:
        for tp, offset in offsets.items():
            if offset < highest.get(tp, 0):
                found.append(Violation("SAMPLE_REGRESS", f"{_name(tp)} went from {highest[tp]} back to {offset}"))
            highest[tp] = max(offset, highest.get(tp, 0))
    return found


def _commit_forgotten(history):
    """A commit reported as accepted is in every later sample."""
    accepted = sorted((c for p in history.processes for c in p.commits if c.ok), key=lambda c: c.at)
    found, highest, i = [], {}, 0
    for sample in history.samples:
        while i < len(accepted) and accepted[i].at < sample.asked:
            c = accepted[i]
            if c.tp not in highest or c.offset > highest[c.tp].offset:
                highest[c.tp] = c
            i += 1
        for tp, c in highest.items():
            if sample.offsets.get(tp, 0) < c.offset:
                found.append(Violation("LOST_COMMIT", f"{c.process.name} reported {_name(tp, c.offset)} accepted, a later "
                                                      f"sample has {sample.offsets.get(tp)}"))
    return found


# --- ownership --------------------------------------------------------------------------------------------------------

def _stray(history):
    """Records and accepted commits only of partitions owned at that moment (driver invariants 2 and 4)."""
    found = []
    for p in history.processes:
        for one in p.stray:
            code, verb = ("STRAY_COMMIT", "committed") if isinstance(one, Commit) else ("STRAY_RECORD", "handled")
            found.append(Violation(code, f"{p.name} {verb} {_name(one.tp, one.offset)} without owning it"))
    return found


def _owners_overlap(history):
    """At any time a partition has at most one owner; a killed one's time ends with its death.

    With the consumer protocol an assignment begins when the member confirms it. Until then the coordinator may give it
    to others; so one that handled nothing is no ownership yet (KIP-848).
    """
    begun = {id(h.epoch) for h in _all_handled(history)}
    by_tp, found = defaultdict(list), []
    for p in history.processes:
        for epoch in p.epochs:
            by_tp[epoch.tp].append(epoch)
    for tp, epochs in by_tp.items():
        epochs.sort(key=lambda e: (e.start_at, e.end_at))
        for one, following in zip(epochs, epochs[1:]):
            owned = history.protocol != "consumer" or id(one) in begun
            if owned and one.process is not following.process and one.end_at > following.start_at:
                found.append(Violation("OVERLAP", f"{_name(tp)} was owned by {one.process.name} until {one.end_at} and "
                                                  f"by {following.process.name} from {following.start_at}"))
    return found


def _zombie(history):
    """Once a later owner has begun on a partition, no earlier one handles any more of it."""
    begun, found = defaultdict(list), []
    firsts = {}
    for h in _all_handled(history):
        if h.epoch is not None and id(h.epoch) not in firsts:
            firsts[id(h.epoch)] = h
            begun[h.tp].append(h)
    for h in _all_handled(history):
        for other in begun[h.tp] if h.epoch is not None else []:
            later = other.process is not h.process and other.epoch.start_at > h.epoch.start_at
            if later and h.at > other.at:
                found.append(Violation("ZOMBIE", f"{h.process.name} handled {_name(h.tp, h.offset)} after "
                                                 f"{other.process.name} had begun on the partition"))
                break
    return found
