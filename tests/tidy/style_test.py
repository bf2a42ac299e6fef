"""Shows every rule of style.py a fault it must find, and a tree without faults it must pass."""

import tempfile
import unittest
from pathlib import Path

import style

GOOD = {
    "framework/src/commit/tracker.cc":
        '#include "commit/tracker.h"\n\n#include "base/clock.h"\n\nint f() {\n  return 1;\n}\n',
    "framework/src/commit/tracker.h": "#pragma once\n\nint f();\n",
    "tests/unit/commit/tracker_test.cc": "int t();\n",
}
LONG_BODY = "int f() {\n" + "  g();\n" * 60 + "}\n"


def faults_of(changes: dict[str, str | None]) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        for relative, text in {**GOOD, **changes}.items():
            if text is not None:
                path = Path(name) / relative
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        return style.check_tree(Path(name))


class StyleTest(unittest.TestCase):
    def test_a_good_tree_has_no_faults(self):
        self.assertEqual(faults_of({}), [])

    def test_each_fault_is_found(self):
        source = "framework/src/commit/tracker.cc"
        for fault, changes in {
            "may not include executor/job.h": {source: '#include "executor/job.h"\n'},
            "from the root of the rooms": {source: '#include "tracker.h"\n'},
            "is not a room": {"framework/src/attic/a.h": "#pragma once\n"},
            "is for kafka only": {source: "#include <librdkafka/rdkafka.h>\n"},
            "is for base only": {source: "#include <spdlog/spdlog.h>\n"},
            "a public header may not": {
                "framework/include/strandline/a.h": "#pragma once\n#include <prometheus/a.h>\n"},
            "401 lines": {source: "\n" * 401},
            "a function of 62 lines": {source: LONG_BODY},
            "a leftover": {source: "// FIXME later\n"},
            "sleeps": {source: "void f() { std::this_thread::sleep_for(1s); }\n"},
            "no #pragma once": {"framework/src/commit/tracker.h": "int f();\n"},
            "no unit test": {"tests/unit/commit/tracker_test.cc": None},
            "strike it out": {"tests/tidy/tested_elsewhere.txt": "commit/tracker.cc  here\n"},
        }.items():
            with self.subTest(fault):
                found = faults_of(changes)
                self.assertEqual(len(found), 1, found)
                self.assertIn(fault, found[0])


if __name__ == "__main__":
    unittest.main()
