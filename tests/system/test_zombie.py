#!/usr/bin/env python3
"""Processes frozen (SIGSTOP) beyond their session and woken: nothing is lost, and no late commit undoes a newer one.

A woken process cannot know at once that it has lost its partitions, so it may handle a few records again. What it
must not do is to commit them, or to make the next owner skip or misorder anything.
"""

from harness import Failed, Group, main, real_cluster, side_by_side

FREEZES = 4
SESSION_MS = 4000
# What waking too late looks like from outside.
EXCUSED = {"DUPLICATE_AFTER_CLEAN", "OVERLAP", "ZOMBIE"}


def freeze_and_judge(group):
    group.watch()
    group.feed(rate=300)
    group.start()
    for _ in range(FREEZES):
        member = group.rng.choice(group.members)
        if not member.wait_more("record_data", 1, timeout=30):
            raise Failed(f"{group.name}: {member.name} has handled nothing for 30 s before it was to be frozen")
        member.pause()
        others = [m for m in group.members if m is not member]
        # The others get its partitions when its session has run out; only then is it a zombie.
        if not others[0].wait_more("partitions_assigned", 1, timeout=30):
            raise Failed(f"{group.name}: nobody took over from {member.name}, frozen for 30 s")
        group.wait_progress(100)
        member.resume()
        group.wait_stable()
        group.wait_progress(100)
    group.finish(excused=EXCUSED)


def scenario(options):
    with real_cluster(options, brokers=3, config={"group.consumer.session.timeout.ms": SESSION_MS}) as cluster:
        chosen = [("cooperative", "partition")] if options.sut.java else [("cooperative", "key"),
                                                                         ("consumer", "partition")]
        groups = [Group(cluster, options, f"zombie-{protocol}", protocol=protocol, order=order, session_ms=SESSION_MS,
                        partitions=6, seed=options.seed) for protocol, order in chosen]
        side_by_side([lambda g=group: freeze_and_judge(g) for group in groups])


if __name__ == "__main__":
    main(scenario)
