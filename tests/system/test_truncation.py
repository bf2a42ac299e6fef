#!/usr/bin/env python3
"""An unclean leader election cuts a log below what was read: what is written in its place is not passed over in silence.

The process stops, says so, and handles none of what lies behind.
"""

from harness import Failed, main, real_cluster, say
from one_partition import OnePartition
from sut import NotBuilt

KEPT, LOST, ANEW = 50, 50, 80
# Of a partition with one replica left anybody may become the leader, at once.
UNCLEAN = {"unclean.leader.election.enable": "true", "unclean.leader.election.interval.ms": 1000,
           "min.insync.replicas": 1}


def scenario(options):
    if options.sut.java:
        raise NotBuilt("Kafka's own client goes back to the cut without stopping")
    with real_cluster(options, brokers=3, config=UNCLEAN) as cluster:
        w = OnePartition(cluster, options, "cut", replication=2)
        w.produce("kept", KEPT)
        cluster.wait_in_sync(w.topic)
        leader = w.partition()["leader"]
        follower = next(node for node in w.partition()["nodes"] if node != leader)
        w.broker(follower).kill()
        w.wait("the leader alone in sync", lambda: w.partition()["isr"] == 1)
        w.produce("lost", LOST)
        w.member.start()
        w.wait("all read and committed", lambda: w.committed() == KEPT + LOST)
        say(f"broker {leader} killed, with records {KEPT} to {KEPT + LOST - 1} that broker {follower} has not")
        w.broker(leader).kill()
        w.broker(follower).start()
        w.wait("an unclean election", lambda: w.partition()["leader"] == follower, timeout=120)
        w.produce("anew", ANEW)
        code = w.member.wait(60)
        if code in (None, 0) or "cut its log" not in w.member.errors():
            raise Failed(f"the log was cut below what was read; the process ended with {code} and said:\n"
                         + "\n".join(w.member.errors().splitlines()[-15:]))
        if w.handled() != list(range(KEPT + LOST)):
            raise Failed(f"it handled {len(w.handled())} records, the last at {w.handled()[-1:]}; expected the first "
                         f"{KEPT + LOST} once, and none of what was written anew")


if __name__ == "__main__":
    main(scenario)
