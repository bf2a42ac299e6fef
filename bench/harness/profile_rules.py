"""What a function of a profile does, as data: the first rule that matches names its group.

A rule is (group, pattern of the object file's name, pattern of the symbol). Functions that were inlined count as
their callers.
"""

import re
from pathlib import Path

OTHER = "other"
KERNEL = r"^\[kernel|^\[guest"
LIBRDKAFKA = r"^librdkafka"
LIBC = r"^(libc|libpthread)[.-]"

RULES = tuple((group, re.compile(dso), re.compile(symbol)) for group, dso, symbol in (
    ("allocator", r"^libmimalloc", r""),
    ("allocator", LIBC, r"^(_int_|__libc_|__GI___libc_|tcache)?(malloc|free|calloc|realloc|cfree|unlink_chunk)"),
    ("allocator", LIBC, r"^(malloc_consolidate|sysmalloc|tcache_|_int_)"),
    ("op allocation", LIBRDKAFKA, r"^rd_kafka_op_new|^rd_kafka_buf_new"),
    ("parsing", LIBRDKAFKA, r"^rd_kafka_msgset_reader|^rd_slice_|^rd_kafka_buf_read|varint|^rd_kafka_fetch|^rd_buf_"),
    ("decompressing, checksums", r"lz4|zstd|snappy|libz\.", r""),
    ("decompressing, checksums", LIBRDKAFKA, r"LZ4|crc32|snappy|XXH"),
    ("destroy", LIBRDKAFKA, r"destroy|^rd_refcnt_|_free$"),
    ("queue locks", LIBC, r"mutex|mtx_|cond_|cnd_|lll_|futex|rwlock"),
    ("queues", LIBRDKAFKA, r"^rd_kafka_q_|^rd_kafka_consume_batch|^rd_kafka_queue"),
    ("to the application", LIBRDKAFKA,
     r"^rd_kafka_message_|^rd_kafka_buf_handle_op|^rd_kafka_poll_cb|^rd_kafka_interceptors|^rd_kafka_op_handle"
     r"|^rd_kafka_fetch_op_app|^rd_kafka_app_polled"),
    ("librdkafka, other", LIBRDKAFKA, r""),
    ("memory copied or set", LIBC, r"mem(cpy|move|set|cmp)"),
    ("clock", r"^\[vdso\]", r""),
    ("clock", LIBC, r"clock_gettime"),
    ("socket copy", KERNEL, r"copy_to_iter|copy_user|copy_to_user|simple_copy|check_object_size|skb_copy"),
    ("network", KERNEL, r"^_*(tcp|ip|inet|skb|sock|net|napi|dev_|loopback|eth|sk_|kfree_skb)|recvmsg|sendmsg|poll"),
    ("page faults", KERNEL, r"page|fault|pte|pmd|vma|folio|_mm_|^mas_|rmqueue|cgroup_charge|madvise|zap_"),
    ("scheduling", KERNEL, r"sched|switch|futex|wake|spin|irq|timer|idle|dequeue|enqueue|rcu|syscall"),
    ("kernel, other", KERNEL, r""),
))

# The arms' own programs hold the framework, the harness's handler, and what the compiler made of std for both.
ARM = re.compile(r"^bench_")
OURS = re.compile(r"strandline::(?:detail::)?(\w+)")
DECLARED = re.compile(r"^(?:template <[^>]*>\s*)?(?:class|struct)\s+(?:\[\[\w+\]\]\s*)?(\w+)[^;]*$", re.MULTILINE)


def rooms_of(framework):
    """{class: room}, from what the framework's headers declare; public headers are a room of that name."""
    rooms = {}
    for path in sorted(Path(framework).glob("include/strandline/*.h")):
        rooms |= dict.fromkeys(DECLARED.findall(path.read_text(encoding="utf-8")), "public headers")
    for path in sorted(Path(framework).glob("src/*/*.h")):
        rooms |= dict.fromkeys(DECLARED.findall(path.read_text(encoding="utf-8")), path.parent.name)
    return rooms


def group_of(dso, symbol, rooms):
    """`dso`: the object file's name without its directory."""
    if ARM.match(dso):
        # The handler's own type is an argument of the framework's templates; the template is what runs.
        ours = OURS.match(symbol)
        if ours:
            return f"strandline: {rooms.get(ours.group(1), OTHER)}"
        return "the arm's handler" if "bench::" in symbol or "(anonymous namespace)" in symbol else OTHER
    for group, in_dso, in_symbol in RULES:
        if in_dso.search(dso) and in_symbol.search(symbol):
            return group
    return OTHER
