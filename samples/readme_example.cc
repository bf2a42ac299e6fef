// What README.md shows. tests/docs/check_snippets.py keeps the two the same.
// [example]
#include <strandline/strandline.h>

#include <iostream>

int main() {
  strandline::Consumer consumer{
      {.bootstrap_servers = "localhost:9092", .group_id = "orders", .topics = {"orders"}}};
  strandline::SignalStop stop{consumer};  // Ctrl-C finishes what runs, commits, leaves the group
  const auto summary = consumer.run([](const strandline::Record& record) {
    std::cout << to_string(record) << ' ' << record.key() << '=' << record.value() << '\n';
  });
  return summary.ok() ? 0 : 1;
}
// [example]
