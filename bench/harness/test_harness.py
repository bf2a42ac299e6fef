#!/usr/bin/env python3
"""Tests of the harness's own judgement, on made-up runs: no broker, no arm, nothing is measured.

Run as a program it runs the tests of all test_*.py beside it.
"""

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

import arms
import beside
import compare
import estimate
import machine
import made_up
import plan
import profiles
import programs
import report
import results
import runner
import targets


class Spread(unittest.TestCase):
    def test_median_ends_and_quartiles(self):
        found = results.spread([5, 1, 3, 2, 4])
        self.assertEqual((found["median"], found["min"], found["max"]), (3, 1, 5))
        self.assertAlmostEqual(found["relative_iqr"], 2 / 3, places=4)

    def test_one_value_has_no_spread_and_none_no_median(self):
        self.assertEqual(results.spread([7])["relative_iqr"], 0.0)
        self.assertIsNone(results.spread([]))


class SumUp(unittest.TestCase):
    def setUp(self):
        self.row = plan.row("g", "strandline", "small", concurrency=2)

    def sum_up(self, *runs):
        return results.sum_up(self.row, list(runs), None)

    def test_failed_run_is_kept_and_fails_the_row(self):
        failed = {"round": 2, "status": "failed", "reason": "exit code 3"}
        summed = self.sum_up(made_up.run_of(self.row, 1), failed)
        self.assertEqual((summed["status"], summed["reason"]), ("failed", "exit code 3"))
        self.assertEqual(len(summed["runs"]), 2)
        self.assertFalse(summed["saw_all"])
        self.assertIsNotNone(summed["records_per_second"])

    def test_skipped_row_has_its_reason_and_no_figure(self):
        summed = self.sum_up(made_up.skipped_run(1), made_up.skipped_run(2))
        self.assertEqual((summed["status"], summed["reason"]), ("skipped", "DECATON_HOME is not set"))
        self.assertIsNone(summed["records_per_second"])

    def test_row_that_never_ran_is_no_success(self):
        self.assertEqual(self.sum_up()["status"], "failed")

    def test_second_result_of_a_day_does_not_overwrite_the_first(self):
        with tempfile.TemporaryDirectory() as directory:
            first = results.free_stem(directory, made_up.result(rows=[]))
            results.write(f"{first}.json", made_up.result(rows=[]))
            second = results.free_stem(directory, made_up.result(rows=[]))
        self.assertEqual((first.name, second.name), ("2026-11-24-made-up-2c", "2026-11-24-made-up-2c-2"))

    def test_other_schema_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "old.json"
            results.write(path, {**made_up.result(rows=[]), "schema": 0})
            with self.assertRaises(results.BadResult):
                results.read(path)


class Plans(unittest.TestCase):
    def test_no_row_twice(self):
        for name, rows in plan.PLANS.items():
            ids = [row.id for row in rows()]
            self.assertEqual(len(ids), len(set(ids)), name)

    def test_repeats(self):
        self.assertTrue(all(row.repeats >= 3 for row in plan.quick()))
        three = {row.group for row in plan.full() if row.repeats < 5}
        self.assertEqual({group for group in three if not group.startswith("sweep-")},
                         {"fetch-settings", "pollers", "cpu-placement", "noop-frameworks"})
        best = [row for row in plan.full() if row in plan.noop_frameworks()]
        self.assertEqual([row.repeats for row in best], [5, 5, 5])
        self.assertTrue(all(row.repeats >= 3 for row in plan.full()))

    def test_quick_has_raw_strandline_and_every_peer_without_and_with_work(self):
        for work in (0, 10_000):
            arms = {row.arm for row in plan.quick() if row.work_us == work}
            self.assertGreaterEqual(arms, {"raw_poll", "strandline", "franz_goroutines", "kafka_consumer",
                                           "kafka_consumer_threads", "parallel_consumer", "decaton"})

    def test_smoke_runs_every_arm(self):
        self.assertEqual({row.arm for row in plan.smoke()}, set(arms.ARMS))

    def test_quick_takes_at_most_ten_minutes_with_a_quarter_of_one_to_set_up(self):
        # By the rules alone: what a machine has recorded must not fail a test.
        self.assertLessEqual(estimate.minutes("quick", plan.quick(), estimate.Recorded()), 9.75)

    def test_full_takes_little_more_than_an_hour(self):
        self.assertLessEqual(estimate.minutes("full", plan.full(), estimate.Recorded()), 65)

    def test_scenarios_that_a_pause_moves_are_medians_in_quick(self):
        repeats = {program.name: program.repeats for program in beside.PROGRAMS["quick"]}
        self.assertEqual({repeats[name] for name in ("zipf", "slow_partition", "failing")}, {3})

    def test_full_holds_all_of_quick(self):
        self.assertLessEqual({row.id for row in plan.quick()}, {row.id for row in plan.full()})

    def test_ideal_counts_what_can_run_at_once(self):
        self.assertEqual(plan.ideal_rate("strandline", "none", 1000, 10_000), 100_000)
        self.assertEqual(plan.ideal_rate("strandline", "partition", 1000, 10_000), 1200)
        self.assertEqual(plan.ideal_rate("raw_poll", "partition", 1000, 10_000), 100)
        self.assertIsNone(plan.ideal_rate("strandline", "none", 1000, 0))

    def test_version_is_of_what_is_measured(self):
        self.assertEqual(plan.version_of("quick"), plan.version_of("quick"))
        self.assertNotEqual(plan.version_of("quick"), plan.version_of("full"))

    def test_sweep_of_short_rows(self):
        self.assertLessEqual(max(estimate.row_by_rule(row) for row in plan.sweep()), 10)

    def test_groups_run_in_turn(self):
        rows = [plan.row("g", arm, "small", repeats=2) for arm in ("raw_poll", "raw_batch")]
        seen = []

        class Fake:
            def run(self, row, topic):
                seen.append((row.arm, topic.name))
                return {"status": "ok", "result": {}}

            def memory_ns(self):
                seen.append(("memory", None))
                return 40.0

        runs = runner.run_group(rows, plan.TOPICS, Fake(), lambda row, outcome: None)
        self.assertEqual([arm for arm, _ in seen], ["memory", "raw_poll", "raw_batch"] * 2)
        self.assertEqual({run["memory_ns"] for of_row in runs.values() for run in of_row}, {40.0})
        self.assertEqual([len(of_row) for of_row in runs.values()], [2, 2])


class Judge(unittest.TestCase):
    GOOD = '{"records_per_second": 1.5, "cpu_ns_per_record": 2, "saw_all": true}\n'

    def judge(self, code, out, err=""):
        outcome = runner.judge(code, out, err, 9)
        return outcome["status"], outcome.get("reason")

    def test_good_line(self):
        self.assertEqual(self.judge(0, self.GOOD), ("ok", None))

    def test_skip_in_either_form(self):
        self.assertEqual(self.judge(77, "skipped: no Go\n"), ("skipped", "no Go"))
        self.assertEqual(self.judge(77, '{"arm": "x", "skipped": "no jars"}'), ("skipped", "no jars"))

    def test_missed_records_are_a_failure_whatever_the_exit_code(self):
        status, reason = self.judge(0, self.GOOD.replace("true", "false"))
        self.assertEqual(status, "failed")
        self.assertIn("did not see every record", reason)

    def test_failures_say_why(self):
        self.assertEqual(self.judge(3, "", "one\nboom\n"), ("failed", "exit code 3: boom"))
        self.assertEqual(self.judge(None, ""), ("failed", "killed after 9 s"))
        self.assertEqual(self.judge(0, self.GOOD * 2)[0], "failed")
        self.assertEqual(self.judge(0, "not JSON")[0], "failed")
        self.assertEqual(self.judge(0, "[1]")[0], "failed")
        self.assertEqual(self.judge(0, '{"saw_all": true}'),
                         ("failed", "its line lacks records_per_second, cpu_ns_per_record"))

    def test_peer_that_could_not_be_built_is_skipped(self):
        row = plan.row("g", "franz_goroutines", "small")
        outcome = runner.Runner(Path("/"), Path("/"), None, {"go": "no Go"}).run(row, plan.TOPICS["small"])
        self.assertEqual(outcome, {"status": "skipped", "reason": "no Go"})

    def test_program_that_hangs_is_killed_with_its_children(self):
        code, out, _ = runner.call(["sh", "-c", "echo begun; sleep 600 & wait"], 5)
        self.assertEqual((code, out), (None, "begun\n"))


class Targets(unittest.TestCase):
    def verdicts(self, result):
        return {verdict["figure"]: verdict for verdict in targets.judge(result)}

    def test_reached_missed_and_not_measured(self):
        found = self.verdicts(made_up.result())
        against_raw = found["no-op 100 B, partition order, commits on / raw batch loop"]
        self.assertAlmostEqual(against_raw["value"], 1.05)
        self.assertEqual(against_raw["reached"], "yes")
        self.assertEqual(found["no-op 1 KB / franz-go with a goroutine per partition"]["reached"], "no")
        self.assertEqual(found["no-op, partition order / Decaton's best setting"]["reached"], "not measured")
        self.assertEqual(found["latency p99 at 50 % load, added to the raw poll loop"]["value"], 60)
        self.assertEqual(found["allocations at steady state: record, handler returns"]["reached"], "yes")

    def test_row_of_another_group_is_not_compared_with(self):
        result = made_up.result()
        result["rows"] += [made_up.summed(row, 3.0) for row in plan.fetch_settings()]
        self.assertAlmostEqual(
            self.verdicts(result)["no-op 100 B, partition order, commits on / raw batch loop"]["value"], 1.05)

    def test_row_that_missed_records_reaches_nothing(self):
        result = made_up.result()
        for row in result["rows"]:
            if row["arm"] == "raw_batch":
                row["saw_all"] = False
        found = self.verdicts(result)
        self.assertEqual(found["no-op 100 B, key order / raw batch loop"]["reached"], "not measured")
        self.assertEqual(found["no-op 100 B, partition order / raw consumer_poll loop"]["reached"], "yes")

    def test_added_cpu_is_a_difference(self):
        found = self.verdicts(made_up.result())["no-op 100 B, partition order: CPU added to the raw batch loop"]
        self.assertAlmostEqual(found["value"], 1e9 / 7_350_000 - 1e9 / 7_000_000)
        self.assertEqual(found["reached"], "yes")

    def test_fall_of_the_rate_between_two_concurrencies_is_found(self):
        result = made_up.result()
        figure = "no-op, concurrency 1 to 20: lowest rate over that at a lower concurrency"
        self.assertEqual(self.verdicts(result)[figure]["value"], 1.0)
        last = [row for row in result["rows"] if row["group"] == "scaling" and row["concurrency"] == 20][0]
        for run in last["runs"]:
            run["result"]["records_per_second"] *= 0.9
        self.assertAlmostEqual(self.verdicts(result)[figure]["value"], 0.9)

    def test_a_round_in_a_slow_minute_of_the_machine_moves_no_ratio(self):
        result = made_up.result()
        figures = ("no-op 100 B, partition order, commits on / raw batch loop",
                   "no-op, concurrency 1 to 20: lowest rate over that at a lower concurrency")
        before = [self.verdicts(result)[figure]["value"] for figure in figures]
        for row in result["rows"]:
            for run in row["runs"]:
                # The slow minutes begin and end within rounds: two of three for some rows, one for the others.
                slow = run["round"] == 2 or (run["round"] == 3 and row["arm"].startswith("strandline"))
                if "result" in run and slow:
                    run["result"]["records_per_second"] /= 2
        for row in result["rows"]:
            rates = [run["result"]["records_per_second"] for run in row["runs"] if "result" in run]
            row["records_per_second"] = results.spread(rates)
        after = [self.verdicts(result)[figure]["value"] for figure in figures]
        for one, other in zip(before, after, strict=True):
            self.assertAlmostEqual(one, other)

    def test_every_target_is_of_what_full_measures(self):
        result = made_up.result(rows=plan.full())
        for program in beside.PROGRAMS["full"]:
            line = {key: 1.0 for _, key in program.figures}
            result["programs"].append({"kind": program.kind, "name": program.name, "status": "measured",
                                       "figures": programs.scenario_figures(program.figures, [line])})
        result["programs"].append(self.measured("bench_micro", allocations_per_coroutine=1.0))
        without = {verdict["figure"] for verdict in targets.judge(result) if verdict["reached"] == "not measured"}
        self.assertEqual(without, {"no-op, partition order / Decaton's best setting"})

    @staticmethod
    def measured(name, **figures):
        return {"kind": "scenario", "name": name, "status": "measured", "figures": figures}

    def test_memory_is_judged_by_form_and_each_form_by_the_median_of_its_runs(self):
        result = made_up.result(rows=[])
        for name, values in (("memory-queued", (1.0, 2.0, 90.0)), ("memory-completion", (1.0, 400.0, 500.0))):
            figures = programs.scenario_figures((("bytes_per_record_in_flight", "b"),), [{"b": v} for v in values])
            result["programs"].append(self.measured(name, **figures))
        found = self.verdicts(result)
        memory = "memory beyond librdkafka's: record "
        self.assertEqual(found[memory + "that waits in the framework"]["value"], 2.0)
        self.assertEqual(found[memory + "begun by an asynchronous handler"]["value"], 400.0)
        self.assertEqual(found[memory + "begun by a coroutine"]["reached"], "not measured")

    def test_worst_of_several_programs_counts(self):
        result = made_up.result(rows=[])
        for name, value in (("memory-queued", 0.25), ("memory-completion", 0.5)):
            result["programs"].append(self.measured(name, allocations_per_record=value))
        found = self.verdicts(result)["allocations at steady state: record, handler returns"]
        self.assertEqual((found["value"], found["reached"]), (0.25, "no"))


class Compare(unittest.TestCase):
    def test_other_machine_is_refused(self):
        for name in machine.IDENTITY:
            other = made_up.result(rows=[])
            other["machine"][name] = "other"
            with self.assertRaisesRegex(compare.Refused, name):
                compare.report(made_up.result(rows=[]), other)

    def test_other_plan_is_refused(self):
        for name in ("name", "version"):
            other = made_up.result(rows=[])
            other["plan"][name] = "other"
            with self.assertRaisesRegex(compare.Refused, "plans differ"):
                compare.report(made_up.result(rows=[]), other)

    def test_moves_are_judged_by_the_ranges(self):
        rows = plan.scaling((1,))
        for factor, verdict in ((1.5, "better"), (0.5, "worse"), (1.005, "within the spread")):
            move = compare.moves(made_up.result(rows=rows), made_up.result(factor, rows))[0]
            self.assertEqual(move["verdict"], verdict)
            self.assertAlmostEqual(move["change"], factor - 1)

    def test_more_cpu_is_worse(self):
        rows = plan.scaling((1,))
        new = made_up.result(rows=rows)
        new["rows"][0]["cpu_ns_per_record"] = results.spread([900, 901, 902])
        self.assertEqual(compare.moves(made_up.result(rows=rows), new)[1]["verdict"], "worse")

    def test_rows_without_counterpart_are_named(self):
        text = compare.report(made_up.result(rows=plan.scaling((1, 2))), made_up.result(rows=plan.scaling((1,))))
        self.assertIn("c2,0us: only in the first", text)
        skipped = [plan.row("g", "decaton", "small")]
        self.assertIn("in neither", compare.report(made_up.result(rows=skipped), made_up.result(rows=skipped)))


class Report(unittest.TestCase):
    def test_says_what_was_skipped_what_failed_and_where(self):
        result = made_up.result()
        row = result["rows"][0]
        row["runs"].append({"round": 4, "status": "failed", "reason": "boom | bang"})
        row.update(status="failed", reason="boom | bang", saw_all=False)
        text = report.markdown(result, "chart.svg")
        self.assertIn("skipped: DECATON\\_HOME".replace("\\", ""), text)
        self.assertIn("NO; 1 of 4 runs failed: boom \\| bang", text)
        self.assertIn("Made Up, 2 cores", text)
        self.assertIn("took 32 ns (median of 21 rounds, from 31 to 33)", text)
        self.assertIn("Memory, by round: 31, 32, 33 ns.", text)
        self.assertIn("0123456789ab with uncommitted changes", text)
        self.assertIn("`./bench/run.sh quick`", text)
        self.assertIn("![charts](chart.svg)", text)

    def test_every_table_is_rectangular(self):
        width = None
        for line in report.markdown(made_up.result(), None).splitlines():
            cells = line.replace("\\|", "").count("|")
            if not line.startswith("|"):
                width = None
            else:
                width = width or cells
                self.assertEqual(cells, width, line)

    def test_same_result_same_text(self):
        self.assertEqual(report.markdown(made_up.result(), None), report.markdown(made_up.result(), None))

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "matplotlib is not installed for this Python")
    def test_same_result_same_charts_with_text_as_text(self):
        import charts
        with tempfile.TemporaryDirectory() as directory:
            drawn = [Path(directory) / name for name in ("a.svg", "b.svg")]
            for path in drawn:
                self.assertTrue(charts.draw(made_up.result(), path))
            self.assertEqual(drawn[0].read_bytes(), drawn[1].read_bytes())
            self.assertIn("franz-go, goroutine per partition", drawn[0].read_text())
            self.assertFalse(charts.draw(made_up.result(rows=[]), Path(directory) / "none.svg"))


class Readme(unittest.TestCase):
    def test_shows_the_newest_result_and_nothing_typed_by_hand(self):
        bench = Path(__file__).resolve().parents[1]
        stem = results.newest(bench / "results")
        readme = (bench / "README.md").read_text(encoding="utf-8")
        part = report.readme_part(results.read(f"{stem}.json"), stem) if stem else ""
        self.assertEqual(readme, report.with_part(readme, report.RESULT_MARKS, part))
        part = profiles.readme_part(profiles.newest(bench / "results"))
        self.assertEqual(readme, report.with_part(readme, report.PROFILE_MARKS, part))

    def test_the_second_run_of_a_day_is_newer_and_the_tenth_newer_than_the_ninth(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in ("2026-01-02-cpu-2c", "2026-01-02-cpu-2c-9", "2026-01-02-cpu-2c-10", "2026-01-01-cpu-2c-11"):
                (Path(directory) / f"{name}.json").touch()
            self.assertEqual(results.newest(directory).name, "2026-01-02-cpu-2c-10")


class Machine(unittest.TestCase):
    def test_slug(self):
        for cpu, slug in (("AMD EPYC", "epyc-2c"), ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz",
                                                    "xeon-platinum-8375c-2c"),
                          ("AMD Ryzen 9 5950X 16-Core Processor", "ryzen-9-5950x-2c"), ("", "cpu-2c")):
            self.assertEqual(machine.slug_of(cpu, 2), slug)

    def test_messages_lose_the_path_of_the_checkout(self):
        self.assertEqual(machine.scrub("no file /a/b/c/d.txt", "/a/b"), "no file c/d.txt")



if __name__ == "__main__":
    unittest.main(module=None, argv=[sys.argv[0], "discover", "-s", str(Path(__file__).parent), *sys.argv[1:]])
