#!/usr/bin/env python3
"""One process, 12 partitions, 20 000 keyed records, a stop by SIGTERM: everything once, committed to the end."""

from checkers import count_duplicates
from harness import Failed, Group, main, real_cluster

RECORDS = 20000


def scenario(options):
    with real_cluster(options) as cluster:
        orders = ["partition"] if options.sut.java else ["partition", "key", "none"]
        for order in orders:
            group = Group(cluster, options, f"smoke-{order}", order=order, members=1, seed=options.seed)
            group.watch()
            group.feed(count=RECORDS)
            group.start()
            # All of them are to be sent: the limit, not the stop, ends the stream.
            group.wait_produced(RECORDS)
            history = group.finish()
            if count_duplicates(history) or sum(len(rows) for rows in history.visible.values()) != RECORDS:
                raise Failed(f"{group.name}: not each of {RECORDS} records exactly once")


if __name__ == "__main__":
    main(scenario)
