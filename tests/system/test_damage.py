#!/usr/bin/env python3
"""A batch of a log is damaged on its broker's disk: nobody passes it over in silence.

librdkafka reports it and reads on behind it. The process stops, says so, and neither handles nor commits what lies
behind.
"""

import struct

from harness import Failed, main, real_cluster, say
from one_partition import OnePartition
from sut import NotBuilt

CHUNK = 50
HEADER = struct.Struct(">qi")  # of a batch: its first offset, and how many bytes follow


def damage(path, offset):
    """Changes a byte of the batch that holds the offset; returns the batch's first offset."""
    log = bytearray(path.read_bytes())
    begin, found = 0, None
    while begin + HEADER.size <= len(log):
        first, length = HEADER.unpack_from(log, begin)
        if length <= 0 or first > offset:
            break
        found = (begin, first, length)
        begin += HEADER.size + length
    if found is None:
        raise Failed(f"{path} holds no batch with offset {offset}")
    begin, first, length = found
    log[begin + HEADER.size + length - 2] ^= 0xff
    path.write_bytes(log)
    return first


def scenario(options):
    if options.sut.java:
        raise NotBuilt("Kafka's own client repeats the failing fetch for ever")
    with real_cluster(options, brokers=3, config={"min.insync.replicas": 1}) as cluster:
        # Of one replica, so that nobody has a sound copy.
        w = OnePartition(cluster, options, "damaged", replication=1, config={"check.crcs": "true"})
        for name in ("first", "second", "third"):
            w.produce(name, CHUNK)
        leader = w.broker(w.partition()["leader"])
        # In order: a broker that was killed looks through its log when it starts, and cuts it there.
        if leader.stop(60) is None:
            raise Failed(f"broker {leader.node} did not stop in time: its log would be looked through when it starts")
        first = damage(leader.dir / "data" / f"{w.topic}-0" / f"{0:020}.log", CHUNK + CHUNK // 2)
        say(f"the batch from offset {first} on is damaged")
        leader.start()
        w.wait("its leader back", lambda: w.partition()["leader"] == leader.node, timeout=120)
        w.member.start()
        code = w.member.wait(60)
        if code in (None, 0) or "cannot be read" not in w.member.errors():
            raise Failed(f"a batch cannot be read; the process ended with {code} and said:\n"
                         + "\n".join(w.member.errors().splitlines()[-15:]))
        # Of those before it some may not have begun when the consumer stops: they come again.
        handled = w.handled()
        if handled != list(range(len(handled))) or len(handled) > first:
            raise Failed(f"it handled {len(handled)} records, the last at {handled[-1:]}; expected the first ones in "
                         f"order, and none from {first} on")
        if (w.committed() or 0) > first:
            raise Failed(f"{w.committed()} is committed, beyond what cannot be read from {first} on")


if __name__ == "__main__":
    main(scenario)
