#!/usr/bin/env python3
"""Clean stops: a rolling restart under load costs no duplicate, and with static membership no rebalance either.
"""

from checkers import count_duplicates
from harness import Failed, Group, main, real_cluster, side_by_side

ROUNDS = 2
# Longer than a starved machine may delay a heartbeat: an expired session is no clean stop.
SESSION_MS = 30000
STOP_SECONDS = 15


def restart(group, member):
    if member.stop(STOP_SECONDS) is None:
        raise Failed(f"{group.name}: {member.name} did not stop within {STOP_SECONDS} s of a SIGTERM")
    member.start()
    group.wait_stable()


def judge(group):
    duplicates = count_duplicates(group.finish())
    # Kafka's verifiable consumer gives up a commit refused during a rebalance; the checkers excuse what follows.
    if duplicates and not group.sut.java:
        raise Failed(f"{group.name}: {duplicates} duplicates after clean stops only")


def rolling(group):
    begin(group)
    for _ in range(ROUNDS):
        for member in group.members:
            restart(group, member)
    group.wait_progress(100)
    judge(group)


def static(group):
    """One member stays; whatever the others do within their session, it must not lose a partition."""
    begin(group)
    survivor, *others = group.members
    before = [event for event in survivor.events() if event["name"].startswith("partitions_")]
    for _ in range(ROUNDS):
        for member in others:
            restart(group, member)
    group.wait_progress(100)
    after = [event for event in survivor.events() if event["name"].startswith("partitions_")]
    if [e["partitions"] for e in after] != [e["partitions"] for e in before]:
        raise Failed(f"{group.name}: the restart of static members rebalanced {survivor.name}: {after[len(before):]}")
    judge(group)


def begin(group):
    group.watch()
    group.feed(rate=200)
    group.start()
    group.wait_progress(100)


def scenario(options):
    with real_cluster(options, brokers=3, config={"group.consumer.session.timeout.ms": SESSION_MS}) as cluster:
        def group(name, **how):
            return Group(cluster, options, name, partitions=6, session_ms=SESSION_MS, seed=options.seed, **how)
        jobs = [(rolling, group("rolling-range", protocol="range", order="key")),
                (rolling, group("rolling-cooperative", protocol="cooperative", order="partition")),
                (rolling, group("rolling-consumer", protocol="consumer", order="key")),
                (static, group("static-range", protocol="range", order="partition", static=True)),
                (static, group("static-cooperative", protocol="cooperative", order="key", static=True,
                                ours=["--drain", "admitted"])),
                (static, group("static-consumer", protocol="consumer", order="partition", static=True))]
        # Three groups at a time: more processes than that starve each other on two cores.
        width = 1 if options.sut.java else 3
        for i in range(0, len(jobs), width):
            side_by_side([lambda f=function, g=one: f(g) for function, one in jobs[i:i + width]])


if __name__ == "__main__":
    main(scenario)
