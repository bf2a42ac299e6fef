#!/usr/bin/env python3
"""Brokers stopped (SIGTERM) and killed (SIGKILL) one after the other under load: nothing lost, misordered, or twice.

All groups share the cluster and the bounces: every protocol, and both orders.
"""

import random
import time

from harness import Group, main, real_cluster, say, side_by_side

# A coordinator that has just taken over answers as of its high watermark, which trails until its followers fetch: for
# a moment it shows commits that are older than the last accepted one. What is committed at the end is judged as ever.
EXCUSED = {"LOST_COMMIT", "SAMPLE_REGRESS"}
SESSION_MS = 20000
GROUPS = [("range", "key"), ("cooperative", "partition"), ("consumer", "partition"), ("consumer", "key")]


def begin(group):
    group.watch()
    group.feed(rate=200)
    group.start()
    group.wait_progress(100)


def bounce(cluster, broker, hard, topics, rng):
    say(f"broker {broker.node}: {'SIGKILL' if hard else 'SIGTERM'}")
    if hard:
        broker.kill()
    else:
        broker.stop()
    time.sleep(rng.uniform(0, 2))
    cluster.restart(broker)
    # The next one may go only when this one has everything again: two of three are needed for an acknowledgement.
    for topic in topics:
        cluster.wait_in_sync(topic)


def scenario(options):
    rng = random.Random(options.seed)
    # A session longer than a coordinator's failover: a broker's death is no reason to lose a partition.
    with real_cluster(options, brokers=3, config={"group.consumer.session.timeout.ms": SESSION_MS}) as cluster:
        chosen = [("cooperative", "partition")] if options.sut.java else GROUPS
        groups = [Group(cluster, options, f"bounce-{protocol}-{order}", protocol=protocol, order=order,
                        session_ms=SESSION_MS, partitions=6, seed=options.seed) for protocol, order in chosen]
        side_by_side([lambda g=group: begin(g) for group in groups])
        topics = [group.topic for group in groups] + ["__consumer_offsets"]
        for hard in (False, True):
            for broker in rng.sample(cluster.brokers, len(cluster.brokers)):
                bounce(cluster, broker, hard, topics, rng)
            side_by_side([lambda g=group: g.wait_progress(100) for group in groups])
        side_by_side([lambda g=group: g.finish(excused=EXCUSED) for group in groups])


if __name__ == "__main__":
    main(scenario)
