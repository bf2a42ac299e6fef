// usage: write_metrics_document [--check] FILE: writes docs/METRICS.md, or tells whether it is out
// of date.
#include "metrics_document.h"

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

namespace {

int check(const std::string& file, const std::string& expected) {
  std::ifstream in{file};
  std::ostringstream found;
  found << in.rdbuf();
  if (in && found.str() == expected) return 0;
  std::cerr << file << " is not what the table of metrics says; write it anew:\n"
            << "  write_metrics_document " << file << '\n';
  return 1;
}

int write(const std::string& file, const std::string& text) {
  std::ofstream out{file};
  out << text << std::flush;
  if (out) return 0;
  std::cerr << "cannot write " << file << '\n';
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string text = strandline::detail::metrics_document();
  if (count == 2) return write(arguments[1], text);
  if (count == 3 && std::string_view(arguments[1]) == "--check") return check(arguments[2], text);
  std::cerr << "usage: write_metrics_document [--check] FILE\n";
  return 2;
}
