#include "common/two_groups.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/members.h"

namespace samples {
namespace {

using strandline::PartitionId;
using strandline::TopicPartition;

constexpr int kMembers = 3;
constexpr int kPartitions = 2;
constexpr std::size_t kHalf = 50;

/// A group as its members tell of it.
struct Group {
  std::string name;
  std::filesystem::path sink;
  std::map<pid_t, int> owned{};
  std::set<std::string> written{};  ///< distinct records

  [[nodiscard]] bool settled(std::size_t members) const {
    int all = 0;
    for (const auto& [member, partitions] : owned) all += partitions;
    const auto busy = std::ranges::count_if(owned, [](const auto& one) { return one.second == 1; });
    return owned.size() <= members && all == kPartitions && busy == kPartitions;
  }
};

std::filesystem::path new_directory() {
  std::string pattern = std::filesystem::temp_directory_path() / "strandline-sinks-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp: " + pattern};
  return pattern;
}

class Stage {
 public:
  Stage(Demo& demo, std::vector<std::string> arguments)
      : demo_(demo), arguments_(std::move(arguments)) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { std::filesystem::remove_all(directory_); }

  void play() {
    for (Group& group : groups_) {
      for (int i = 0; i < kMembers; ++i) start_member(group);
    }
    demo_.expect(read_until_all([](const Group& g) { return g.settled(kMembers); }),
                 "in each group two of three members have a partition each");
    demo_.produce(kHalf);
    demo_.expect(read_until_all([](const Group& g) { return g.written.size() >= kHalf; }),
                 "each group writes all records");
    wait_for_commits();
    for (Group& group : groups_) dismiss_busy_member(group);
    demo_.expect(read_until_all([](const Group& g) { return g.settled(kMembers - 1); }),
                 "the idle member takes over");
    demo_.produce(kHalf);
    demo_.expect(read_until_all([](const Group& g) { return g.written.size() >= 2 * kHalf; }),
                 "each group writes all records again");
    wait_for_commits();
    demo_.expect(members_.stop_all(), "all members end well");
    for (const Group& group : groups_) judge(group);
  }

 private:
  void start_member(Group& group) {
    std::vector<std::string> arguments = arguments_;
    for (const std::string& one :
         {std::string{"--bootstrap-servers"}, demo_.bootstrap_servers(), std::string{"--group"},
          group.name, std::string{"--sink"}, group.sink.string(),
          std::string{"--session-timeout-ms"}, std::string{"2000"}}) {
      arguments.push_back(one);
    }
    group.owned[members_.start(arguments)] = 0;
  }

  void dismiss_busy_member(Group& group) {
    const auto busy =
        std::ranges::find_if(group.owned, [](const auto& one) { return one.second > 0; });
    if (busy == group.owned.end()) return;
    const pid_t member = busy->first;
    group.owned.erase(busy);
    demo_.expect(members_.stop(member), "a member that leaves ends well");
  }

  // A real broker takes a last commit while the group rebalances; the mock cluster refuses it. So
  // what was handled since the last one comes twice if a late joiner, or one that leaves, makes a
  // group rebalance: with this, only a late joiner can.
  void wait_for_commits() {
    demo_.wait_until(
        [&] {
          return std::ranges::all_of(groups_,
                                     [&](const Group& group) { return is_committed(group); });
        },
        "each group commits what it has written");
  }

  bool is_committed(const Group& group) {
    for (int i = 0; i < kPartitions; ++i) {
      const TopicPartition partition{demo_.topic(), PartitionId{i}};
      if (demo_.cluster().committed(group.name, partition) !=
          demo_.cluster().end_offset(partition)) {
        return false;
      }
    }
    return true;
  }

  template <class Holds>
  bool read_until_all(Holds holds) {
    return std::ranges::all_of(groups_, holds) || members_.read_until([&](std::string_view line) {
      take(std::string{line});
      return std::ranges::all_of(groups_, holds);
    });
  }

  void take(const std::string& line) {
    std::istringstream words{line};
    pid_t member = 0;
    std::string verb;
    words >> member >> verb;
    for (Group& group : groups_) {
      // The last words of a member that has left are no news.
      const auto known = group.owned.find(member);
      if (verb == "owns" && known != group.owned.end()) {
        words >> known->second;
        fmt::print("{}: {}\n", group.name, line);
      } else if (verb == "wrote" && known != group.owned.end()) {
        words >> verb;
        group.written.insert(verb);
      }
    }
  }

  void judge(const Group& group) {
    std::ifstream sink{group.sink};
    std::multiset<std::string> records;
    for (std::string line; std::getline(sink, line);) {
      records.insert(line.substr(0, line.find(' ')));
    }
    const std::set<std::string> distinct{records.begin(), records.end()};
    demo_.expect(distinct.size() == 2 * kHalf, group.name + " has each record in its sink");
    demo_.expect(is_committed(group), group.name + " is committed to the end");
    fmt::print("{}: {} records in the sink, {} of them again\n", group.name, distinct.size(),
               records.size() - distinct.size());
  }

  Demo& demo_;
  std::vector<std::string> arguments_;
  std::filesystem::path directory_ = new_directory();
  std::array<Group, 2> groups_{Group{.name = "search", .sink = directory_ / "search"},
                               Group{.name = "lake", .sink = directory_ / "lake"}};
  Members members_;
};

}  // namespace

int show_two_groups(Demo& demo, int argc, char** argv) {
  std::vector<std::string> arguments{argv + 1, argv + argc};
  std::erase(arguments, "--mock");
  Stage{demo, std::move(arguments)}.play();
  return demo.verdict();
}

}  // namespace samples
