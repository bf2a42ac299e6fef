# Every third-party library, found once, under the name by which rooms ask for it.
include_guard()
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(RdKafka REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)

# Header-only and without a CMake package in Debian.
function(strandline_header_library name header)
  find_path(${name}_INCLUDE_DIR ${header} ${ARGN} REQUIRED)
  mark_as_advanced(${name}_INCLUDE_DIR)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} SYSTEM INTERFACE "${${name}_INCLUDE_DIR}")
endfunction()
# Debian drops upstream's moodycamel/ directory: include <concurrentqueue.h>.
strandline_header_library(concurrentqueue concurrentqueue.h PATH_SUFFIXES concurrentqueue
                          concurrentqueue/moodycamel)

strandline_header_library(xxhash xxhash.h)
target_compile_definitions(xxhash INTERFACE XXH_INLINE_ALL)

if(STRANDLINE_PROMETHEUS)
  find_package(prometheus-cpp REQUIRED)
endif()

if(STRANDLINE_DEVELOPER_MODE)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
  find_package(GTest QUIET)
  find_package(rapidcheck QUIET)
  find_package(benchmark QUIET)
  find_package(Python3 QUIET COMPONENTS Interpreter)
endif()
