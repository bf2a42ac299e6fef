"""Tests of how long a plan is said to take."""

import unittest

import estimate
import made_up
import plan
import results


class Estimate(unittest.TestCase):
    ROW = plan.row("g", "raw_batch", "small", repeats=3)

    def result(self, *took, programs=()):
        runs = [{**made_up.run_of(self.ROW, number), "wall_s": wall_s} for number, wall_s in enumerate(took)]
        return {"rows": [results.sum_up(self.ROW, runs, None)], "programs": list(programs)}

    def test_what_was_recorded_goes_before_the_rule_and_the_newest_before_the_older(self):
        recorded = estimate.Recorded([self.result(1.0, 1.0, 1.0), self.result(2.0, 9.0, 3.0)])
        self.assertEqual(estimate.row_seconds(self.ROW, recorded), 3.0)
        self.assertEqual(estimate.row_seconds(self.ROW, estimate.Recorded()), estimate.row_by_rule(self.ROW))

    def test_older_file_without_wall_times(self):
        run = made_up.run_of(self.ROW, 1)
        run["result"] |= {"startup_ms": 500, "seconds": 2.0}
        recorded = estimate.Recorded([{"rows": [results.sum_up(self.ROW, [run], None)], "programs": []}])
        self.assertAlmostEqual(recorded.row(self.ROW), 2.5 + estimate.PROCESS_S)

    def test_skipped_row_tells_nothing(self):
        summed = results.sum_up(self.ROW, [made_up.skipped_run(1)], None)
        self.assertIsNone(estimate.Recorded([{"rows": [summed], "programs": []}]).row(self.ROW))

    def test_program_with_other_arguments_is_another(self):
        told = {"name": "zipf", "arguments": ["zipf"], "wall_s": [4.0, 5.0, 9.0]}
        recorded = estimate.Recorded([{"rows": [], "programs": [told]}])
        self.assertEqual(recorded.program("zipf", ("zipf",)), 5.0)
        self.assertIsNone(recorded.program("zipf", ("zipf", "--records", "1")))

    def test_parts_add_up(self):
        recorded = estimate.Recorded()
        for name, rows in plan.PLANS.items():
            parts = estimate.parts(name, rows(), recorded)
            self.assertAlmostEqual(sum(part[1] for part in parts) / 60, estimate.minutes(name, rows(), recorded))
            self.assertEqual(sum(part[3] for part in parts), 0)


if __name__ == "__main__":
    unittest.main()
