"""Tests of what is made of the lines of scenarios, micro benchmarks and latency runs."""

import unittest

import latency
import made_up
import programs


class Programs(unittest.TestCase):
    def test_greatest_number_of_allocations_counts(self):
        line = {"benchmarks": [{"name": "tracker", "allocations_per_record": 0.00004},
                               {"name": "router", "allocations_per_record": 0.25},
                               {"name": "dispatch_coroutines/2", "allocations_per_record": 3.4},
                               {"name": "record_view_copy", "allocations_per_record": 3.0}, {"name": "memory"}]}
        self.assertEqual(programs.micro_figures(line),
                         {"allocations_per_record": 0.25, "allocations_per_coroutine": 3.4})
        self.assertEqual(programs.micro_figures({}), {})

    def test_host_and_paths_are_dropped(self):
        line = {"context": {"host_name": "here"}, "benchmarks": [{"name": "a", "family_index": 1, "ns_per_record": 2}]}
        self.assertEqual(programs.keep_of_micro(line), {"benchmarks": [{"name": "a", "ns_per_record": 2}]})

    def test_figures_are_medians_over_the_runs(self):
        lines = [{"of_bound": value} for value in (0.90, 0.99, 0.97)] + [{}]
        self.assertEqual(programs.scenario_figures((("zipf_part_of_bound", "of_bound"),), lines),
                         {"zipf_part_of_bound": 0.97})
        found = programs.scenario_figures((("others_part_of_alone", "of_bound"),), lines)
        self.assertAlmostEqual(found["slow_partition_loss"], 0.03)

    def test_run_that_missed_records_failed(self):
        self.assertEqual(programs.judge(1, '{"saw_all": false}', "late", 9)[1:],
                         ("failed", "did not see every record, exit code 1: late"))
        self.assertEqual(programs.judge(0, '{"saw_all": true}', "", 9)[1:], ("measured", None))
        self.assertEqual(programs.judge(2, "", "boom", 9)[1:], ("failed", "exit code 2, no JSON on stdout: boom"))


class Latency(unittest.TestCase):
    @staticmethod
    def up_to(limit):
        return lambda rate: {"rate": rate, "achieved_rate": min(rate, limit),
                             "arms": {arm: {"saw_all": True, "p50_us": 500 if rate <= limit else 900_000}
                                      for arm in latency.ARMS}}

    def test_limit_lies_on_the_ladder_below_the_truth(self):
        self.assertEqual(latency.find_limit(self.up_to(450_000)), 400_000)
        self.assertEqual(latency.find_limit(self.up_to(600_000)), 560_000)
        self.assertEqual(latency.find_limit(self.up_to(20_000)), 12_500)

    def test_no_limit_is_said(self):
        with self.assertRaises(latency.NoLatency):
            latency.find_limit(self.up_to(10))

    def test_no_figure_from_an_arm_that_missed_records(self):
        points = made_up.points()
        self.assertEqual(latency.added_p99(points)["median"], 60)
        points[0]["saw_all"] = False
        self.assertIsNone(latency.added_p99(points))

    def test_what_meets_both_arms_of_a_run_adds_nothing(self):
        points = made_up.points()
        for point, p99s in zip(points, ((900, 910, 5000), (960, 920, 5200)), strict=True):
            for run, p99 in zip(point["runs"], p99s, strict=True):
                run["p99_us"] = p99
        # The difference of the medians is 50.
        self.assertEqual(latency.added_p99(points)["median"], 60)


if __name__ == "__main__":
    unittest.main()
