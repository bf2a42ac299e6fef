"""Shows check_snippets.py right and wrong documents."""

import tempfile
import unittest
from pathlib import Path

from check_snippets import check_document

SOURCE = """int main() {
  // [body]
  if (true) {
    return 0;
  }
  // [body]
}
"""
BODY = "if (true) {\n  return 0;\n}\n"


class CheckSnippets(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = Path(self.directory.name)
        (self.root / "a.cc").write_text(SOURCE)

    def faults(self, text: str, update: bool = False) -> list[str]:
        self.document = self.root / "README.md"
        self.document.write_text(text)
        return check_document(self.root, self.document, update)

    def test_equal_block(self):
        self.assertEqual(self.faults(f"x\n<!-- snippet: a.cc#body -->\n```cpp\n{BODY}```\ny\n"), [])

    def test_whole_file(self):
        self.assertEqual(self.faults(f"<!-- snippet: a.cc -->\n```cpp\n{SOURCE}```\n"), [])

    def test_other_blocks_are_free(self):
        self.assertEqual(self.faults("```cpp\nanything\n```\n"), [])

    def test_different_block(self):
        self.assertIn("differs", self.faults("<!-- snippet: a.cc#body -->\n```\nold\n```\n")[0])

    def test_update_mends_it_and_nothing_else(self):
        text = "before\n<!-- snippet: a.cc#body -->\n```cpp\nold\n```\nafter\n"
        self.assertEqual(self.faults(text, update=True), [])
        self.assertEqual(self.document.read_text(), text.replace("old\n", BODY))

    def test_missing_file(self):
        self.assertIn("no such file", self.faults("<!-- snippet: b.cc -->\n```\nx\n```\n")[0])

    def test_missing_marker(self):
        self.assertIn("[gone]", self.faults("<!-- snippet: a.cc#gone -->\n```\nx\n```\n")[0])

    def test_comment_without_block(self):
        self.assertIn("without", self.faults("<!-- snippet: a.cc#body -->\ntext\n")[0])


if __name__ == "__main__":
    unittest.main()
