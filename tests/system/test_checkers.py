#!/usr/bin/env python3
"""The checkers' own tests: good histories pass, and each of a list of spoiled ones is caught by the right check."""

import random
import unittest

from checkers import check, count_duplicates
from history import History, Process, Sample
from synthetic import TOPIC, Simulation

KINDS = [(order, protocol) for order in ("partition", "key", "none")
         for protocol in ("eager", "cooperative", "consumer")]
SEEDS = range(12)


class NotApplicable(Exception):
    """This seed's history has no place for the mutation; most seeds must have one."""


def codes(history, **options):
    return {violation.code for violation in check(history, **options)}


def events(history, name):
    """(process, index) of every event of that name."""
    return [(p, i) for p in history.processes for i, e in enumerate(p.events) if e["name"] == name]


def survivors(history):
    return [p for p in history.processes if p.killed_at is None]


def handled_once(history):
    """(process, index) of record_data whose record nobody else handled: to spoil it is to spoil the record."""
    seen = {}
    for p, i in events(history, "record_data"):
        seen.setdefault((p.events[i]["partition"], p.events[i]["offset"]), []).append((p, i))
    return [places[0] for places in seen.values() if len(places) == 1]


def owned_before(process, index):
    owned = set()
    for event in process.events[:index]:
        if event["name"] == "partitions_assigned":
            owned |= {p["partition"] for p in event["partitions"]}
        elif event["name"] == "partitions_revoked":
            owned -= {p["partition"] for p in event["partitions"]}
    return owned


# Each mutation spoils a good history in one place, chosen by rng. Its name says the fault of the framework it stands
# for; MUTATIONS says which verdict must name it.

def handler_result_never_came(h, rng):
    p, i = rng.choice(handled_once(h))
    del p.events[i]


def record_skipped_and_end_committed(h, rng):
    tp = (TOPIC, rng.randrange(4))
    offset = h.visible[tp][-1][0]
    for p in h.processes:
        p.events = [e for e in p.events if not (e["name"] == "record_data" and e["partition"] == tp[1]
                                                and e["offset"] == offset)]


def final_commit_missing(h, rng):
    tp = (TOPIC, rng.randrange(4))
    h.committed[tp] -= 1


def nothing_committed_of_a_partition(h, rng):
    del h.committed[(TOPIC, rng.randrange(4))]


def tail_never_handled(h, rng):
    tp = (TOPIC, rng.randrange(4))
    end = h.end_offsets[tp]
    h.visible[tp].append((end, "a", "late"))
    h.end_offsets[tp] = h.committed[tp] = end + 1


def broker_lost_a_record(h, rng):
    tp = (TOPIC, rng.randrange(4))
    h.acks.append((tp, h.end_offsets[tp] + 5, "a", "x"))


def value_of_another_record(h, rng):
    p, i = rng.choice(events(h, "record_data"))
    p.events[i]["value"] = "other"


def null_key_became_empty(h, rng):
    p, i = rng.choice([(p, i) for p, i in events(h, "record_data") if p.events[i]["key"] is None])
    p.events[i]["key"] = ""


def offset_not_in_the_log(h, rng):
    p, i = rng.choice(events(h, "record_data"))
    p.events[i]["offset"] = 100000


def neighbours_swapped(h, rng):
    pairs = []
    for p in h.processes:
        rows = [(i, e) for i, e in enumerate(p.events) if e["name"] == "record_data"]
        for (i, a), (j, b) in zip(rows, rows[1:]):
            if a["partition"] == b["partition"] and a["key"] == b["key"] and a["offset"] < b["offset"] and j == i + 1:
                pairs.append((p, i, j))
    p, i, j = rng.choice(pairs)
    for name in ("offset", "key", "value"):
        p.events[i][name], p.events[j][name] = p.events[j][name], p.events[i][name]


def started_a_record_too_far(h, rng):
    """A new owner begins after an unfinished record; it is handled at the very end instead."""
    p, i = rng.choice(handled_once(h)[:40])
    event = p.events.pop(i)
    last = [q for q in survivors(h) if any(e["name"] == "record_data" for e in q.events)][-1]
    last.events.insert(-1, {**event, "timestamp": last.events[-1]["timestamp"]})


def twice_in_one_assignment(h, rng):
    p, i = rng.choice(events(h, "record_data"))
    p.events.insert(i, dict(p.events[i]))


def handled_again(h, p, i, later):
    """Lets a later owner, one for which later(process, time) holds, handle p's record again; False when there is none."""
    for q, j in events(h, "record_data"):
        at = q.events[j]["timestamp"]
        if q.events[j]["partition"] == p.events[i]["partition"] and later(q, at):
            q.events.insert(j, {**p.events[i], "timestamp": at})
            return True
    return False


def again_after_clean_handover(h, rng):
    """A later owner handles a record again that an earlier, unhurt one had finished and committed."""
    for p, i in sorted(events(h, "record_data"), key=lambda place: rng.random()):
        if p.killed_at is not None:
            continue
        if handled_again(h, p, i, lambda q, at: h.processes.index(q) > h.processes.index(p)
                         and at > p.events[-1]["timestamp"]):
            return
    raise NotApplicable("this seed has no clean hand-over")


def again_although_its_owner_was_killed_later(h, rng):
    """The same, where the earlier owner is killed, but long after it has given the partition up."""
    for p, i in sorted(events(h, "record_data"), key=lambda place: rng.random()):
        partition = p.events[i]["partition"]
        given_up = next((e["timestamp"] for e in p.events[i:] if e["name"] == "partitions_revoked"
                         and partition in [part["partition"] for part in e["partitions"]]), None)
        if p.killed_at is None or given_up is None:
            continue
        if handled_again(h, p, i, lambda q, at: q is not p and at > given_up):
            return
    raise NotApplicable("this seed has no hand-over by a process that is killed later")


def started_behind_the_commit(h, rng):
    again_after_clean_handover(h, rng)


def commit_of_the_highest_seen(h, rng):
    places = [(p, i) for p, i in events(h, "offsets_committed")
              if p.events[i]["offsets"][0]["offset"] < h.end_offsets[(TOPIC, p.events[i]["offsets"][0]["partition"])] - 8]
    p, i = rng.choice(places[: len(places) // 2])
    # Far enough that no killed owner had finished all of it: that would make it a sound commit.
    p.events[i]["offsets"][0]["offset"] += 8


def commit_before_the_last_record_ended(h, rng):
    """The record_data right before a commit moves behind it."""
    for p, i in sorted(events(h, "offsets_committed"), key=lambda place: rng.random()):
        part = p.events[i]["offsets"][0]
        for j in range(i - 1, -1, -1):
            e = p.events[j]
            if e["name"] == "record_data" and e["partition"] == part["partition"] and e["offset"] == part["offset"] - 1:
                if [p, j] in [list(place) for place in handled_once(h)]:
                    p.events.insert(i, p.events.pop(j))
                    return
    raise NotApplicable("this seed has no commit of a record handled once")


def commit_beyond_the_end(h, rng):
    p, i = rng.choice(events(h, "offsets_committed"))
    p.events[i]["offsets"][0]["offset"] = 100000


def broker_saw_a_commit_too_early(h, rng):
    early = [s for s in h.samples if s.answered < 2500 and s.offsets]
    sample = rng.choice(early)
    tp = rng.choice(sorted(sample.offsets))
    sample.offsets[tp] = h.end_offsets[tp]


def commit_went_back(h, rng):
    p, i = rng.choice(events(h, "offsets_committed"))
    event = p.events[i]
    back = [{**part, "offset": part["offset"] - 1} for part in event["offsets"]]
    p.events.insert(i + 1, {**event, "offsets": back})


def late_commit_of_an_old_owner(h, rng):
    """An accepted commit of an earlier owner below what a later one had committed."""
    p = survivors(h)[-1]
    last = max(e["timestamp"] for q in h.processes for e in q.events)
    p.events.insert(-1, {"timestamp": last + 10, "name": "offsets_committed", "success": True,
                         "offsets": [{"topic": TOPIC, "partition": rng.randrange(4), "offset": 1}]})


def broker_went_back(h, rng):
    index = rng.randrange(len(h.samples) // 2, len(h.samples))
    for tp in h.samples[index].offsets:
        h.samples[index].offsets[tp] = 0


def accepted_commit_forgotten(h, rng):
    tp = (TOPIC, rng.randrange(4))
    for sample in h.samples:
        sample.offsets.pop(tp, None)


def record_after_revoke(h, rng):
    places = [(p, i) for p, i in events(h, "partitions_revoked") if p.events[i]["partitions"]
              and any(e["name"] == "record_data" for e in p.events[:i])]
    p, i = rng.choice(places)
    record = [e for e in p.events[:i] if e["name"] == "record_data"][-1]
    lost = p.events[i]["partitions"][0]["partition"]
    p.events.insert(i + 1, {**record, "partition": lost, "timestamp": p.events[i]["timestamp"]})


def commit_after_revoke(h, rng):
    p, i = rng.choice([(p, i) for p, i in events(h, "partitions_revoked") if p.events[i]["partitions"]])
    part = p.events[i]["partitions"][0]
    p.events.insert(i + 1, {"timestamp": p.events[i]["timestamp"], "name": "offsets_committed", "success": True,
                            "offsets": [{**part, "offset": 1}]})


def two_owners(h, rng):
    """A partition is assigned to a second process while its owner keeps it."""
    p, i = rng.choice([(p, i) for p, i in events(h, "record_data") if i > 3])
    at, partition = p.events[i]["timestamp"], p.events[i]["partition"]
    process = Process("intruder", [
        {"timestamp": at, "name": "startup_complete"},
        {"timestamp": at, "name": "partitions_assigned", "partitions": [{"topic": TOPIC, "partition": partition}]},
        {"timestamp": at + 1, "name": "shutdown_complete"}])
    p.events.insert(i + 1, {**p.events[i], "timestamp": at + 5, "name": "startup_note"})
    h.processes.append(process)


def zombie_went_on(h, rng):
    """The old owner handles on after the new one has begun (its stop was paused over its session)."""
    p, i = rng.choice([(p, i) for p, i in events(h, "record_data")
                       if any(q is not p and q.events[j]["partition"] == p.events[i]["partition"]
                              and q.events[j]["timestamp"] > p.events[-1]["timestamp"]
                              for q, j in events(h, "record_data"))])
    p.events[i]["timestamp"] = max(e["timestamp"] for q in h.processes for e in q.events) + 1


def consumed_before_assignment(h, rng):
    p, i = rng.choice([(p, i) for p, i in events(h, "records_consumed")])
    event = p.events.pop(i)
    p.events.insert(1, {**event, "timestamp": p.events[0]["timestamp"]})


def summary_skips_a_record(h, rng):
    places = []
    for p in h.processes:
        seen = set()
        for i, e in enumerate(p.events):
            if e["name"] == "partitions_revoked":
                seen -= {part["partition"] for part in e["partitions"]}
            elif e["name"] == "records_consumed":
                places += [(p, i, k) for k, part in enumerate(e["partitions"])
                           if part["partition"] in seen and part["count"] > 1]
                seen |= {part["partition"] for part in e["partitions"]}
    p, i, k = rng.choice(places)
    p.events[i]["partitions"][k]["minOffset"] += 1


def summary_counts_wrong(h, rng):
    p, i = rng.choice([(p, i) for p, i in events(h, "records_consumed") if p.killed_at is None])
    p.events[i]["partitions"][0]["count"] += 1


def commit_without_reading(h, rng):
    p = rng.choice([p for p in h.processes if any(e["name"] == "offsets_committed" for e in p.events)])
    p.events = [e for e in p.events if e["name"] != "records_consumed"]


def revoked_what_it_had_not(h, rng):
    p, i = rng.choice([(p, i) for p, i in events(h, "partitions_revoked") if len(owned_before(p, i)) < 4])
    spare = min(set(range(4)) - owned_before(p, i))
    p.events[i]["partitions"].append({"topic": TOPIC, "partition": spare})


def no_shutdown_event(h, rng):
    rng.choice(survivors(h)).events.pop()


def two_shutdown_events(h, rng):
    p = rng.choice(survivors(h))
    p.events.append(dict(p.events[-1]))


def bad_exit_code(h, rng):
    rng.choice(survivors(h)).exit_code = 139


def no_startup_event(h, rng):
    del rng.choice([p for p in h.processes if len(p.events) > 1]).events[0]


ANY = [("partition", "eager"), ("key", "eager"), ("none", "cooperative"), ("key", "consumer")]
ORDERED = [("partition", "eager"), ("key", "cooperative"), ("partition", "consumer")]
POSITION = [("partition", "eager"), ("partition", "cooperative")]

# (mutation, the verdicts of which at least one must be given, kinds of history it makes sense for)
MUTATIONS = [
    (handler_result_never_came, {"LOST"}, ANY),
    (record_skipped_and_end_committed, {"LOST"}, ANY),
    (final_commit_missing, {"UNCOMMITTED"}, ANY),
    (nothing_committed_of_a_partition, {"UNCOMMITTED"}, ANY),
    (tail_never_handled, {"LOST"}, ANY),
    (broker_lost_a_record, {"BROKER_LOSS"}, ANY),
    (value_of_another_record, {"CONTENT"}, ANY),
    (null_key_became_empty, {"CONTENT"}, ANY),
    (offset_not_in_the_log, {"UNKNOWN_RECORD"}, ANY),
    (neighbours_swapped, {"ORDER", "ORDER_OVER_EPOCHS"}, ORDERED),
    (started_a_record_too_far, {"ORDER_OVER_EPOCHS", "ORDER"}, ORDERED),
    (twice_in_one_assignment, {"DUPLICATE"}, ANY),
    (again_after_clean_handover, {"DUPLICATE_AFTER_CLEAN"}, ANY),
    (again_although_its_owner_was_killed_later, {"DUPLICATE_AFTER_CLEAN"}, ANY),
    (started_behind_the_commit, {"BEHIND_COMMIT"}, ANY),
    (commit_of_the_highest_seen, {"COMMIT_AHEAD"}, ANY),
    (commit_before_the_last_record_ended, {"COMMIT_AHEAD"}, ANY),
    (commit_beyond_the_end, {"COMMIT_BEYOND_END"}, ANY),
    (broker_saw_a_commit_too_early, {"SAMPLED_AHEAD"}, ANY),
    (commit_went_back, {"COMMIT_REGRESS"}, ANY),
    (late_commit_of_an_old_owner, {"COMMIT_REGRESS"}, ANY),
    (broker_went_back, {"SAMPLE_REGRESS"}, ANY),
    (accepted_commit_forgotten, {"LOST_COMMIT"}, ANY),
    (record_after_revoke, {"STRAY_RECORD"}, ANY),
    (commit_after_revoke, {"STRAY_COMMIT"}, ANY),
    (two_owners, {"OVERLAP"}, ANY),
    (zombie_went_on, {"ZOMBIE"}, ANY),
    (consumed_before_assignment, {"DRIVER_STATE"}, ANY),
    (consumed_before_assignment, {"DRIVER_OWNER"}, ANY),
    (summary_skips_a_record, {"DRIVER_POSITION"}, POSITION),
    (summary_counts_wrong, {"COUNT"}, ANY),
    (commit_without_reading, {"DRIVER_COMMIT"}, ANY),
    (revoked_what_it_had_not, {"DRIVER_REVOKE"}, [("partition", "cooperative"), ("key", "cooperative")]),
    (no_shutdown_event, {"LIFECYCLE"}, ANY),
    (two_shutdown_events, {"LIFECYCLE"}, ANY),
    (bad_exit_code, {"EXIT_CODE"}, ANY),
    (no_startup_event, {"LIFECYCLE"}, ANY),
]


# --- histories written by hand ---

TP = (TOPIC, 0)
PART = {"topic": TOPIC, "partition": 0}


def event(at, name, **fields):
    return {"timestamp": at, "name": name, **fields}


def handled(at, offsets, log):
    """The events of a process that is assigned the partition and handles these offsets of its log."""
    rows = [log[offset] for offset in offsets]
    return [event(at, "startup_complete"), event(at, "partitions_assigned", partitions=[PART])] + [
        event(at + 1, "record_data", key=key, value=value, offset=offset, **PART) for offset, key, value in rows] + [
        event(at + 2, "records_consumed", count=len(rows),
              partitions=[{**PART, "count": len(rows), "minOffset": rows[0][0], "maxOffset": rows[-1][0]}])]


def committed(at, offset):
    return event(at, "offsets_committed", success=True, offsets=[{**PART, "offset": offset}])


class Checkers(unittest.TestCase):
    def test_good_histories_pass(self):
        for order, protocol in KINDS:
            for seed in SEEDS:
                with self.subTest(order=order, protocol=protocol, seed=seed):
                    history = Simulation(seed, order, protocol).run()
                    self.assertEqual([], [str(v) for v in check(history)])

    def test_good_histories_hold_what_the_checks_are_about(self):
        """Kills, duplicates after them and work out of offset order do occur, else the test above proves little."""
        duplicates = [count_duplicates(Simulation(seed, "key", "eager").run().prepare()) for seed in SEEDS]
        self.assertGreater(sum(1 for d in duplicates if d > 0), len(SEEDS) // 2)
        history = Simulation(1, "key", "eager").run()
        self.assertGreater(sum(1 for p in history.processes if p.killed_at is not None), 2)
        rows = [(e["partition"], e["offset"]) for p in history.processes for e in p.events if e["name"] == "record_data"]
        self.assertTrue(any(a[0] == b[0] and a[1] > b[1] for a, b in zip(rows, rows[1:])))

    def test_each_mutation_is_caught(self):
        for mutate, expected, kinds in MUTATIONS:
            for order, protocol in kinds:
                applied = 0
                for seed in SEEDS:
                    with self.subTest(mutation=mutate.__name__, order=order, protocol=protocol, seed=seed):
                        history = Simulation(seed, order, protocol).run()
                        try:
                            mutate(history, random.Random(seed))
                        except NotApplicable:
                            continue
                        applied += 1
                        self.assertTrue(expected & codes(history), f"expected one of {expected}")
                self.assertGreater(applied, len(SEEDS) // 2, mutate.__name__)

    def test_duplicate_is_excused_by_a_refused_commit(self):
        history = Simulation(3, "partition", "eager").run()
        again_after_clean_handover(history, random.Random(3))
        for process in history.processes:
            refused = [{"topic": TOPIC, "partition": p, "offset": 0} for p in range(4)]
            process.events.insert(-1, {"timestamp": 0, "name": "offsets_committed", "success": False,
                                       "error": "rebalance in progress", "offsets": refused})
        self.assertNotIn("DUPLICATE_AFTER_CLEAN", codes(history))

    def test_a_gap_excuses_no_duplicate(self):
        """What lies before the last record begun is finished before a partition is given up, in any order."""
        for order in ("partition", "key", "none"):
            log = [(o, f"k{o}", f"{o}") for o in range(4)]
            first = handled(1000, [0, 3], log) + [event(1010, "partitions_revoked", partitions=[PART])]
            second = handled(1020, range(1, 4), log)
            history = History([Process("m1", first), Process("m2", second)], {TP: log}, {TP: 4}, {TP: 0}, [], [],
                              order=order, protocol="cooperative")
            self.assertIn("DUPLICATE_AFTER_CLEAN", codes(history), order)

    def test_late_answer_of_a_frozen_process_needs_a_sample_from_its_freeze(self):
        def history(samples, frozen):
            log = [(o, None, f"{o}") for o in range(4)]
            old = handled(1000, [0, 1], log) + [
                event(9001, "partitions_revoked", partitions=[PART]), committed(9002, 2)]
            new = handled(7000, [2, 3], log) + [committed(7010, 4)]
            return History([Process("m1", old, frozen=frozen), Process("m2", new)], {TP: log}, {TP: 4}, {TP: 4}, [],
                           [Sample(at, at + 1, {TP: offset}) for at, offset in samples], protocol="cooperative")
        accused = {"STRAY_COMMIT", "COMMIT_REGRESS", "DRIVER_COMMIT"}
        freeze = [(2000, 9000)]
        self.assertFalse(accused & codes(history([(3000, 2), (8000, 4)], freeze)))
        self.assertEqual(accused, accused & codes(history([(3000, 2), (8000, 4)], [])), "it was not frozen")
        self.assertEqual(accused, accused & codes(history([(3000, 0), (8000, 4)], freeze)), "not committed before")
        self.assertEqual(accused, accused & codes(history([(1500, 2), (9500, 2)], freeze)), "samples of other times")

    def test_there_are_enough_mutations(self):
        self.assertGreaterEqual(len({m.__name__ for m, _, _ in MUTATIONS}), 20)


if __name__ == "__main__":
    unittest.main()
