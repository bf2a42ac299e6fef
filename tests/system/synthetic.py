"""Good histories made up by a seeded simulation of a group, for the checkers' own tests. No process, no Kafka."""

import random

from history import History, Process, Sample

TOPIC = "t"


class Simulation:
    """A group that does everything right: handles in order, commits what is finished, gives up what it must.

    A killed member leaves handled and uncommitted records behind, which the next owner handles again.
    """

    def __init__(self, seed, order="partition", protocol="eager", count=4, records=60):
        self.rng = random.Random(seed)
        self.order, self.protocol = order, protocol
        self.clock = 1000
        self.tps = [(TOPIC, p) for p in range(count)]
        # Every seventh offset is missing, as after compaction or under a transaction marker.
        self.visible = {tp: [(o, self._key(), f"{tp[1]}/{o}") for o in range(records) if o % 7 != 3]
                        for tp in self.tps}
        self.committed = {}
        self.samples = []
        self.processes = []
        self.live = {}
        self.owner = {}
        self.starts = 0

    def _key(self):
        return self.rng.choice([None, "a", "b", "c"])

    def run(self):
        """Three members, ten kills or clean stops with work between, then everything to the end."""
        for name in ("m1", "m2", "m3"):
            self.start(name)
        self.rebalance()
        for _ in range(10):
            self.work(self.rng.randrange(2, 6))
            name = self.rng.choice(sorted(self.live))
            (self.kill if self.rng.random() < 0.6 else self.stop)(name)
            self.rebalance()
            self.work(2)
            self.start(name)
            self.rebalance()
        for tp in self.tps:
            self.handle(tp, len(self.visible[tp]))
        for name in sorted(self.live):
            self.stop(name)
        self.sample()
        ends = {tp: rows[-1][0] + 1 for tp, rows in self.visible.items()}
        acks = [(tp, *row) for tp, rows in self.visible.items() for row in rows]
        return History(self.processes, self.visible, ends, dict(self.committed), acks, self.samples, self.order,
                       self.protocol)

    def tick(self):
        self.clock += self.rng.randrange(1, 20)
        return self.clock

    def emit(self, name, event, **fields):
        self.live[name]["process"].events.append({"timestamp": self.tick(), "name": event, **fields})

    def start(self, name):
        self.starts += 1
        process = Process(f"{name}#{self.starts}", [])
        self.processes.append(process)
        # next: index of the first unfinished row; ahead: finished ones beyond it; told: not yet in records_consumed.
        self.live[name] = {"process": process, "next": {}, "ahead": {}, "told": {}}
        self.emit(name, "startup_complete")

    def stop(self, name):
        self.give_up(name, [tp for tp in self.tps if self.owner.get(tp) == name])
        self.emit(name, "shutdown_complete")
        del self.live[name]

    def kill(self, name):
        self.live[name]["process"].killed_at = self.tick()
        self.live[name]["process"].exit_code = -9
        for tp in self.tps:
            if self.owner.get(tp) == name:
                self.owner[tp] = None
        del self.live[name]

    def rebalance(self):
        names = sorted(self.live)
        target = {tp: names[i % len(names)] for i, tp in enumerate(self.tps)} if names else {}
        moved = {tp for tp in self.tps if self.owner.get(tp) != target.get(tp)}
        for name in names:
            mine = [tp for tp in self.tps if self.owner.get(tp) == name]
            gone = mine if self.protocol == "eager" else [tp for tp in mine if tp in moved]
            if gone or self.protocol == "eager":
                self.give_up(name, gone)
        for name in names:
            new = [tp for tp in self.tps if target[tp] == name and self.owner.get(tp) != name]
            self.emit(name, "partitions_assigned", partitions=self.parts(new))
            for tp in new:
                self.take(name, tp)

    @staticmethod
    def parts(tps):
        return [{"topic": topic, "partition": partition} for topic, partition in tps]

    def take(self, name, tp):
        self.owner[tp] = name
        start = self.committed.get(tp, 0)
        rows = self.visible[tp]
        self.live[name]["next"][tp] = next((i for i, row in enumerate(rows) if row[0] >= start), len(rows))
        self.live[name]["ahead"][tp] = set()

    def give_up(self, name, tps):
        for tp in tps:
            self.drain(name, tp)
        self.commit(name, tps)
        self.emit(name, "partitions_revoked", partitions=self.parts(tps))
        for tp in tps:
            self.owner[tp] = None

    def work(self, rounds):
        for _ in range(rounds):
            tp = self.rng.choice(self.tps)
            self.handle(tp, self.rng.randrange(1, 5))
            if self.owner.get(tp) and self.rng.random() < 0.5:
                self.commit(self.owner[tp], [tp])
            if self.rng.random() < 0.5:
                self.sample()

    def handle(self, tp, count):
        name = self.owner.get(tp)
        if not name:
            return
        for _ in range(count):
            row = self.choose(self.live[name], tp)
            if row is None:
                return
            self.finish(name, tp, row)

    def choose(self, live, tp):
        """The next record, or in key order now and then the next of another key."""
        rows, i, ahead = self.visible[tp], live["next"][tp], live["ahead"][tp]
        window = [j for j in range(i, min(i + 6, len(rows))) if j not in ahead]
        if not window:
            return None
        if self.order == "partition":
            return window[0]
        heads = {}
        for j in window:
            heads.setdefault(rows[j][1], j)
        return self.rng.choice(sorted(heads.values()))

    def finish(self, name, tp, j):
        live = self.live[name]
        offset, key, value = self.visible[tp][j]
        self.emit(name, "record_data", topic=tp[0], partition=tp[1], offset=offset, key=key, value=value)
        live["told"].setdefault(tp, []).append(offset)
        ahead = live["ahead"][tp]
        ahead.add(j)
        while live["next"][tp] in ahead:
            ahead.discard(live["next"][tp])
            live["next"][tp] += 1

    def drain(self, name, tp):
        while self.live[name]["ahead"][tp]:
            self.finish(name, tp, min(j for j in range(self.live[name]["next"][tp], len(self.visible[tp]))
                                      if j not in self.live[name]["ahead"][tp]))

    def commit(self, name, tps):
        live = self.live[name]
        told, live["told"] = live["told"], {}
        if told:
            self.emit(name, "records_consumed", count=sum(len(o) for o in told.values()), partitions=[
                {"topic": t, "partition": p, "count": len(o), "minOffset": min(o), "maxOffset": max(o)}
                for (t, p), o in told.items()])
        offsets = []
        for tp in tps:
            i = live["next"][tp]
            position = self.visible[tp][i - 1][0] + 1 if i else 0
            if position > self.committed.get(tp, 0):
                offsets.append({"topic": tp[0], "partition": tp[1], "offset": position})
        if offsets:
            self.emit(name, "offsets_committed", offsets=offsets, success=True)
            for one in offsets:
                self.committed[(one["topic"], one["partition"])] = one["offset"]

    def sample(self):
        at = self.tick()
        self.samples.append(Sample(at, self.tick(), dict(self.committed)))
