#!/usr/bin/env python3
"""Three processes in a group under load, SIGKILLed and restarted at random moments: nothing is lost or misordered.

Partition order and key order run side by side, each with its own topic, group and kills.
"""

from harness import Group, main, real_cluster, side_by_side
from sut import PROTOCOLS

KILLS = 12


def kill_and_judge(group):
    group.watch()
    group.feed(rate=400)
    group.start()
    for i in range(KILLS):
        group.kill_one()
        # Kills on kills would only test rebalances; the promise is about work under way.
        if i % 3 == 2:
            group.wait_progress(200)
    group.finish()


def scenario(options):
    with real_cluster(options, brokers=3) as cluster:
        # Kafka's own client has no orders to choose from, and its JVMs are too heavy to run twice.
        orders = ["partition"] if options.sut.java else ["partition", "key"]
        groups = [Group(cluster, options, f"kill-{options.protocol}-{order}", protocol=options.protocol, order=order,
                        seed=options.seed) for order in orders]
        side_by_side([lambda g=group: kill_and_judge(g) for group in groups])


if __name__ == "__main__":
    main(scenario, lambda parser: parser.add_argument("--protocol", choices=PROTOCOLS, default="range"))
