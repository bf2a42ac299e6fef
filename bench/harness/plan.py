"""What is measured: smoke, quick and full as data. A row is one arm with one setting on one topic.

Rows of one group are what is compared with each other: they are run in turn, round by round, so that a slow
minute of the machine meets all of them. A change to any row makes another version of the plan.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace

import beside
from arms import ARMS
from placement import APART

# Raised when the way of measuring changes although no row does.
METHOD = 2
PARTITIONS = 12
MILLISECOND = 1000


@dataclass(frozen=True)
class Topic:
    name: str
    records: int
    size: int = 100
    compression: str = "none"
    keys: int = 100_000
    distribution: str = "uniform"
    partitions: int = PARTITIONS


TOPICS = {topic.name: topic for topic in (
    Topic("t100", 5_000_000),
    Topic("t100-lz4", 5_000_000, compression="lz4"),
    Topic("t1k", 1_000_000, size=1000),
    Topic("t1k-lz4", 1_000_000, size=1000, compression="lz4"),
    # Smaller ones, for work that takes time: a row takes the largest that ends within seconds.
    Topic("medium", 500_000),
    Topic("small", 100_000),
    Topic("s12k", 12_000),
    Topic("s1200", 1_200),
    Topic("s300", 300),
    Topic("s120", 120),
    Topic("s24", 24),
)}


@dataclass(frozen=True)
class Row:
    group: str
    arm: str
    topic: str
    order: str = "partition"
    concurrency: int = 1
    work_us: int = 0
    mode: str = "blocking"
    handler: str = "record"
    options: tuple = ()
    repeats: int = 5
    passes: int = 1
    timeout_s: int = 300
    # Which cores it may have: "" all, as the broker; placement.APART: the half that the broker is kept from.
    placement: str = ""

    @property
    def id(self):
        words = [self.arm, self.order, self.handler, self.mode, f"c{self.concurrency}", f"{self.work_us}us",
                 *(f"{name}={value}" for name, value in self.options), *filter(None, [self.placement])]
        return f"{self.group}/{self.topic}/{','.join(words)}"

    def arguments(self, bootstrap, topic_name):
        topic = TOPICS[self.topic]
        words = ["--bootstrap-servers", bootstrap, "--topic", topic_name, "--records", topic.records,
                 "--partitions", topic.partitions, "--order", self.order, "--handler", self.handler,
                 "--work-us", self.work_us, "--concurrency", self.concurrency, "--mode", self.mode,
                 "--passes", self.passes, "--timeout-s", self.timeout_s]
        for name, value in self.options:
            words += ["--option", f"{name}={value}"]
        return [str(word) for word in words]


def ideal_rate(arm, order, concurrency, work_us, partitions=PARTITIONS):
    """Records a second if nothing but the work took time; None where the work takes none."""
    if not work_us:
        return None
    lanes = ARMS[arm].lanes or concurrency
    if order == "partition":
        lanes = min(lanes, partitions)
    return lanes * 1_000_000 / work_us


def row(group, arm, topic, order="partition", concurrency=1, work_us=0, **more):
    """A Row; a JVM handles the topic twice in one process where that takes seconds, so that its code is compiled."""
    ideal = ideal_rate(arm, order, concurrency, work_us)
    brief = ideal is None or TOPICS[topic].records / ideal <= 5
    more.setdefault("passes", 2 if ARMS[arm].jvm and brief else 1)
    return Row(group, arm, topic, order, concurrency, work_us, **more)


BEST_POLL = (("max.poll.records", "5000"),)
BATCH = (("batch", "500"),)
# librdkafka does not check the CRC of batches unless told to; the others do unless told not to.
BEST_KAFKA_CONSUMER = (*BEST_POLL, ("check.crcs", "false"))
BEST_FRANZ = (("crc", "off"), ("gogc", "400"), ("pools", "on"))


def tuned(group, topic):
    """The peers' own clients by default and at the best that is known of each; targets take the faster."""
    return [row(group, "franz_goroutines", topic, concurrency=12),
            row(group, "franz_goroutines", topic, concurrency=12, options=BEST_FRANZ),
            row(group, "kafka_consumer", topic, options=BEST_KAFKA_CONSUMER)]


def noop_100():
    group, topic = "noop-100B", "t100"
    return [
        row(group, "raw_poll", topic),
        row(group, "raw_batch", topic),
        row(group, "raw_batch_glibc", topic),
        row(group, "strandline", topic, "partition", 2),
        row(group, "strandline_glibc", topic, "partition", 2),
        row(group, "strandline", topic, "partition", 2, handler="batch"),
        row(group, "strandline", topic, "key", 2),
        row(group, "strandline", topic, "none", 2),
        *tuned(group, topic),
        row(group, "kafka_consumer_threads", topic, concurrency=2, options=BEST_POLL),
    ]


def noop_100_more():
    group, topic = "noop-100B", "t100"
    return [
        row(group, "raw_poll_glibc", topic),
        row(group, "franz_poll", topic),
        row(group, "strandline", topic, "partition", 1),
        row(group, "strandline", topic, "key", 1),
        row(group, "strandline", topic, "none", 1),
        row(group, "strandline", topic, "key", 2, handler="batch"),
        row(group, "strandline", topic, "none", 2, handler="batch"),
        row(group, "strandline_glibc", topic, "key", 2),
        row(group, "strandline", topic, "partition", 2, options=(("instances", "2"),)),
        row(group, "strandline", topic, "partition", 2, options=(("check.crcs", "true"),)),
        row(group, "franz_goroutines", topic, concurrency=12, options=(("crc", "off"),)),
        row(group, "kafka_consumer", topic, options=BEST_POLL),
        row(group, "kafka_consumer", topic, options=(("max.poll.records", "500"),)),
        row(group, "kafka_consumer_threads", topic, concurrency=12, options=BEST_POLL),
    ]


def noop_1k(topic="t1k", group="noop-1KB"):
    return [
        row(group, "raw_poll", topic),
        row(group, "raw_batch", topic),
        row(group, "strandline", topic, "partition", 2),
        row(group, "strandline", topic, "key", 2),
        *tuned(group, topic),
    ]


def noop_frameworks():
    """The peers that track what is finished. They are slow enough for a topic a tenth as long."""
    group, topic = "noop-frameworks", "medium"
    return [
        row(group, "parallel_consumer", topic, "none", 16, options=BATCH),
        row(group, "parallel_consumer", topic, "key", 2, options=BATCH),
        row(group, "decaton", topic, "partition", 1),
    ]


def noop_frameworks_more():
    """Settings that are known to be slower than those above."""
    group = "noop-frameworks"
    rows = [
        row(group, "parallel_consumer", "small", "none", 16),
        row(group, "parallel_consumer", "small", "key", 16),
        # A thousand records a second and less; on a longer topic it gives up.
        row(group, "parallel_consumer", "s12k", "partition", 16, passes=1),
        row(group, "decaton", "medium", "key", 4),
        row(group, "decaton", "medium", "partition", 20),
    ]
    return [replace(r, repeats=3) for r in rows]


def sleep_10ms():
    """100 k records of 10 ms each, 1000 at a time: one second if nothing but the work took time."""
    group, work = "sleep-10ms", 10 * MILLISECOND
    return [
        row(group, "strandline", "small", "none", 1000, work, mode="async"),
        row(group, "strandline", "small", "key", 1000, work, mode="async"),
        row(group, "strandline", "small", "none", 1000, work),
        row(group, "bare_threads", "small", "none", 1000, work),
        row(group, "strandline", "medium", "none", 5000, work, mode="async"),
        row(group, "parallel_consumer", "small", "none", 1000, work),
        row(group, "parallel_consumer", "small", "none", 1000, work, mode="async"),
        row(group, "parallel_consumer", "small", "key", 1000, work),
        row(group, "decaton", "small", "none", 1000, work, mode="async"),
    ]


def sleep_10ms_sequential():
    """Arms that work on one record a partition, or on one at all, with the same 10 ms."""
    group, work = "sleep-10ms-sequential", 10 * MILLISECOND
    return [
        row(group, "raw_poll", "s300", work_us=work),
        row(group, "kafka_consumer", "s300", work_us=work),
        row(group, "kafka_consumer_threads", "s300", concurrency=12, work_us=work),
        row(group, "franz_goroutines", "s300", concurrency=12, work_us=work),
        row(group, "strandline", "s300", "partition", 12, work),
    ]


def scaling(levels):
    return [row("scaling", "strandline", "t100", "partition", level) for level in levels]


def full_queues():
    """Handlers far slower than the broker: every queue is full and partitions are paused.

    10 ms, since a sleep of one is some percent longer than it says.
    """
    held = (("in_flight_records", "5000"),)
    return [row("full-queues", "strandline", "small", order, 400, 10 * MILLISECOND, options=held)
            for order in ("none", "key")]


# Each beside the default, which is the row without a setting; one at a time.
FETCH_SETTINGS = (("prefetch_records", (4_000, 100_000, 500_000)), ("partition_fetch_bytes", (256 << 10, 4 << 20)),
                  ("fetch_max_bytes", (8 << 20,)), ("fetch_min_bytes", (1_000_000,)),
                  ("batch", (100, 300, 3_000, 10_000)))
# These groups show what a setting moves and have no figure to reach.
SETTING_REPEATS = 3


def beside_raw_batch(group, options=(), **more):
    """The framework and the limit with the same settings, since both fetch alike."""
    return [row(group, "raw_batch", "t100", options=options, repeats=SETTING_REPEATS, **more),
            row(group, "strandline", "t100", "partition", 2, options=options, repeats=SETTING_REPEATS, **more)]


def fetch_settings():
    chosen = [(), *(((name, str(value)),) for name, values in FETCH_SETTINGS for value in values)]
    return [r for options in chosen for r in beside_raw_batch("fetch-settings", options)]


def pollers():
    """Consumers in one process that share its workers: is it the one poller that limits?"""
    return [row("pollers", "raw_batch", "t100", repeats=SETTING_REPEATS),
            *(row("pollers", "strandline", "t100", "partition", 2, repeats=SETTING_REPEATS,
                  options=(("instances", str(number)),)) for number in (1, 2, 3, 4))]


def cpu_placement():
    return [r for placement in ("", APART) for r in beside_raw_batch("cpu-placement", placement=placement)]


WORKS = (0, 100, MILLISECOND, 10 * MILLISECOND, 100 * MILLISECOND)
LEVELS = (1, 10, 100, 1000, 5000)
SWEEP_SECONDS = 4
# Its many rows show a shape; the figures to reach are of other groups, with more repeats.
SWEEP_REPEATS = 3


def sweep_topic(arm, order, concurrency, work_us, mode="blocking"):
    """The largest topic that the ideal consumer would end within SWEEP_SECONDS, and the arm within a minute."""
    names = ("t100", "medium", "small", "s12k", "s1200", "s120", "s24")
    largest = "medium" if work_us else "t100"
    if arm in ("parallel_consumer", "decaton"):
        largest = "s12k" if work_us else "small"
    if concurrency <= 10 and arm == "parallel_consumer":
        # It handles less than a thousand records a second and unit of concurrency, whatever the work.
        largest = "s12k"
    elif concurrency <= 10 and mode == "async" and not work_us:
        # One call after the other: the way from the poller to a worker and back is all there is, some 20 us.
        largest = "small"
    ladder = names[names.index(largest):]
    if work_us:
        most = ideal_rate(arm, order, concurrency, work_us) * SWEEP_SECONDS
        ladder = [name for name in ladder if TOPICS[name].records <= most] or ladder[-1:]
    return ladder[0]


def sweep():
    rows = []
    for work in WORKS:
        for level in LEVELS:
            group = f"sweep-{work}us-c{level}"
            for arm, order, mode in (("strandline", "none", "async"), ("strandline", "key", "async"),
                                     ("strandline", "none", "blocking"), ("parallel_consumer", "none", "blocking"),
                                     ("parallel_consumer", "none", "async"), ("parallel_consumer", "key", "blocking"),
                                     ("decaton", "none", "async")):
                topic = sweep_topic(arm, order, level, work, mode)
                rows.append(row(group, arm, topic, order, level, work, mode=mode))
            if level == 10:
                # Their concurrency is the number of partitions.
                for arm in ("strandline", "franz_goroutines", "kafka_consumer_threads"):
                    rows.append(row(group, arm, sweep_topic(arm, "partition", 12, work), "partition", 12, work))
    return [replace(r, repeats=SWEEP_REPEATS) for r in rows]


def smoke():
    """Every arm once in each form on a short topic: that all of it runs. Its figures mean nothing."""
    rows = [row("smoke", arm, "s12k") for arm in ("raw_poll", "raw_poll_glibc", "raw_batch", "raw_batch_glibc")]
    for arm in ("strandline", "strandline_glibc", "parallel_consumer", "decaton"):
        rows += [row("smoke", arm, "s1200", order, 4, MILLISECOND) for order in ("partition", "key", "none")]
    rows.append(row("smoke", "bare_threads", "s1200", "none", 4, MILLISECOND))
    rows += [row("smoke", "strandline", "s12k", order, 100, MILLISECOND, mode="async") for order in ("key", "none")]
    rows += [row("smoke", "strandline", "s12k", order, 2, handler="batch") for order in ("partition", "key", "none")]
    rows += [row("smoke", "parallel_consumer", "s12k", "none", 100, MILLISECOND, mode="async"),
             row("smoke", "parallel_consumer", "s12k", "key", 2, options=BATCH),
             row("smoke", "kafka_consumer", "s12k", options=BEST_KAFKA_CONSUMER),
             row("smoke", "kafka_consumer_threads", "s12k", concurrency=2, options=BEST_POLL),
             row("smoke", "kafka_consumer_threads", "s1200", concurrency=12, work_us=MILLISECOND),
             row("smoke", "franz_poll", "s12k"), row("smoke", "franz_goroutines", "s12k", concurrency=12),
             row("smoke", "franz_goroutines", "s12k", concurrency=12, options=BEST_FRANZ),
             row("smoke", "franz_goroutines", "s1200", concurrency=12, work_us=MILLISECOND)]
    return [replace(r, repeats=1, timeout_s=60) for r in rows]


def quick():
    rows = (noop_100() + noop_1k() + noop_frameworks() + sleep_10ms() + sleep_10ms_sequential()
            + scaling((1, 4, 20)) + full_queues())
    return [replace(r, repeats=3, timeout_s=90) for r in rows]


def full():
    return (noop_100() + noop_100_more() + noop_1k() + noop_1k("t100-lz4", "noop-100B-lz4")
            + noop_1k("t1k-lz4", "noop-1KB-lz4") + noop_frameworks() + noop_frameworks_more() + sleep_10ms()
            + sleep_10ms_sequential() + scaling((1, 2, 4, 8, 12, 20)) + full_queues() + fetch_settings() + pollers()
            + cpu_placement() + sweep())


PLANS = {"smoke": smoke, "quick": quick, "full": full}


def topics_of(rows):
    names = {r.topic for r in rows}
    return [topic for topic in TOPICS.values() if topic.name in names]


def version_of(name):
    rows = PLANS[name]()
    # How long something will take is a guess, and changes nothing that is measured.
    more = [{**asdict(p), "about_s": None} for p in (beside.LATENCY[name], *beside.PROGRAMS[name]) if p]
    data = [METHOD, [asdict(r) for r in rows], [asdict(t) for t in topics_of(rows)], more]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:12]


def groups_of(rows):
    """[(group, rows)] in the order of first appearance."""
    found = {}
    for r in rows:
        found.setdefault(r.group, []).append(r)
    return list(found.items())
