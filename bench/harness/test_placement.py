"""Tests of which cores a broker and an arm are kept on, with a process of no use in the broker's place."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import arms
import broker
import made_up
import placement
import plan
import runner


class Placement(unittest.TestCase):
    ROW = plan.row("g", "raw_batch", "small", placement=placement.APART)

    def test_halves(self):
        self.assertEqual(placement.halves({3, 1}), ({1}, {3}))
        self.assertEqual(placement.halves({0, 1, 2}), ({0}, {1, 2}))

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "one core")
    def test_process_is_moved_and_put_back(self):
        word = f"strandline-placement-{os.getpid()}"
        with subprocess.Popen(["sh", "-c", "echo begun; read line", word], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            cores = os.sched_getaffinity(process.pid)
            self.assertEqual(placement.process_with(word), process.pid)
            with self.assertRaisesRegex(RuntimeError, "an arm failed"), placement.apart(process.pid) as rest:
                self.assertEqual(os.sched_getaffinity(process.pid), cores - rest)
                self.assertEqual(runner.call(["nproc"], 10, rest)[1].strip(), str(len(rest)))
                raise RuntimeError("an arm failed")
            self.assertEqual(os.sched_getaffinity(process.pid), cores)
            process.communicate(b"end\n")

    def test_given_broker_is_left_where_it_is(self):
        root = Path(__file__).resolve().parents[2]
        with tempfile.TemporaryDirectory() as build:
            program = Path(build) / "bench" / "throughput" / "bench_raw_batch"
            program.parent.mkdir(parents=True)
            program.touch(mode=0o755)
            outcome = runner.Runner(root, build, broker.Broker("host:1"), {}).run(self.ROW, plan.TOPICS["small"])
        self.assertEqual(outcome["status"], "skipped")
        self.assertIn("the broker was given", outcome["reason"])

    def test_row_says_where_it_ran(self):
        self.assertTrue(self.ROW.id.endswith(",apart"))
        self.assertIn("cores apart from the broker's", arms.label_of(made_up.summed(self.ROW)))


if __name__ == "__main__":
    unittest.main()
