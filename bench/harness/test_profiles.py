"""Tests of how a profile's samples are grouped, on made-up output of perf."""

import tempfile
import unittest
from pathlib import Path

import profile_rules
import profiles


class Profile(unittest.TestCase):
    ROOMS = {"Dispatcher": "dispatch", "RecordFunction": "public headers", "BatchPool": "partition"}
    SCRIPT = """
 rdk:broker1 20730      7f5db5018cdb rd_kafka_op_new_fetch_msg (/x/lib/librdkafka.so.1)
 rdk:broker2 20731      7f5db5018cdb rd_kafka_op_new_fetch_msg.isra.0 (/x/lib/librdkafka.so.1)
 rdk:broker1 20730  ffffffff815e441e _copy_to_iter ([kernel.kallsyms])
 strand-poller 20733    7f5db5df0fa1 __GI___pthread_mutex_unlock_usercnt (/usr/lib/x86_64-linux-gnu/libc.so.6)
 strand-0 20734     560ac983db3a strandline::detail::Dispatcher::admit (/x/bench_strandline)
 strand-1 20735     560ac983db3a strandline::detail::RecordFunction<(anonymous namespace)::run(T&)>::handle (/x/bench_strandline)
 strand-1 20735     560ac983db3a (anonymous namespace)::count (/x/bench_strandline)
 java main 20736    7f5db5df0fa1 [unknown] (/usr/lib/libjvm.so)
not a sample
"""

    def test_samples_are_grouped_by_thread_and_by_what_a_function_does(self):
        found = profiles.samples_of(self.SCRIPT, self.ROOMS)
        self.assertEqual(dict(found), {
            ("rdk:broker", "op allocation", "rd_kafka_op_new_fetch_msg"): 2,
            ("rdk:broker", "socket copy", "_copy_to_iter"): 1,
            ("strand-poller", "queue locks", "__GI___pthread_mutex_unlock_usercnt"): 1,
            ("strand-", "strandline: dispatch", "strandline::detail::Dispatcher::admit"): 1,
            ("strand-", "strandline: public headers",
             "strandline::detail::RecordFunction<(anonymous namespace)::run(T&)>::handle"): 1,
            ("strand-", "the arm's handler", "(anonymous namespace)::count"): 1,
            ("java main", "other", "libjvm.so"): 1})

    def test_groups(self):
        for dso, symbol, group in (("librdkafka.so.1", "rd_kafka_msgset_reader_msg_v2", "parsing"),
                                   ("librdkafka.so.1", "rd_slice_read_uvarint", "parsing"),
                                   ("librdkafka.so.1", "rd_kafka_message_destroy", "destroy"),
                                   ("librdkafka.so.1", "rd_kafka_message_get", "to the application"),
                                   ("librdkafka.so.1", "rd_kafka_q_enq1", "queues"),
                                   ("librdkafka.so.1", "rd_kafka_broker_thread_main", "librdkafka, other"),
                                   ("libmimalloc.so.2.0", "[unknown]", "allocator"),
                                   ("libc.so.6", "_int_malloc", "allocator"), ("libc.so.6", "malloc", "allocator"),
                                   ("libc.so.6", "__memmove_avx512_unaligned_erms", "memory copied or set"),
                                   ("[kernel.kallsyms]", "clear_page_erms", "page faults"),
                                   ("[kernel.kallsyms]", "tcp_v4_rcv", "network"),
                                   ("bench_strandline", "strandline::detail::NoSuchClass::f", "strandline: other")):
            self.assertEqual(profile_rules.group_of(dso, symbol, self.ROOMS), group, symbol)

    def test_rooms_are_those_of_the_headers(self):
        rooms = profile_rules.rooms_of(Path(__file__).resolve().parents[2] / "framework")
        self.assertEqual((rooms["Dispatcher"], rooms["WorkerPool"], rooms["Record"]),
                         ("dispatch", "executor", "public headers"))

    def test_other_is_shown_with_its_largest_symbols_and_parts_add_up(self):
        text = "\n".join(profiles.tables(profiles.samples_of(self.SCRIPT, self.ROOMS), 200.0))
        self.assertIn("| op allocation | 25.0% | 50.0 | 25.0% |", text)
        self.assertRegex(text, r"\| other \| 12.5% \|.*libjvm.so 100%")
        self.assertIn("| all | 100% | 200 |", text)

    def test_second_profile_of_a_day_does_not_overwrite_the_first(self):
        header = {"date": "2026-01-02", "machine": {"slug": "cpu-2c"}}
        with tempfile.TemporaryDirectory() as directory:
            for name in ("2026-01-02-cpu-2c-profile.md", "2026-01-02-cpu-2c-profile-2.md"):
                path = profiles.free_path(directory, header)
                self.assertEqual(path.name, name)
                path.touch()
                self.assertEqual(profiles.newest(directory), path)


if __name__ == "__main__":
    unittest.main()
