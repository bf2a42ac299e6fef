# The words in which every CMakeLists.txt of the project is written.
include_guard()
include(GNUInstallDirs)
include(GoogleTest)

define_property(GLOBAL PROPERTY STRANDLINE_ROOMS)
set(STRANDLINE_PUBLIC_INCLUDE "${PROJECT_SOURCE_DIR}/framework/include")
set(STRANDLINE_GENERATED_INCLUDE "${PROJECT_BINARY_DIR}/generated")
set(STRANDLINE_INTERNAL_INCLUDE "${PROJECT_SOURCE_DIR}/framework/src")

# strandline_room(NAME executor SOURCES a.cc USES base [LIBS concurrentqueue] [PUBLIC_LIBS ...])
#
# A room: the target strandline_<NAME>, which links the rooms it USES and no others; that link line
# is the architecture. LIBS are third-party libraries which only this room sees; PUBLIC_LIBS are
# those its headers show. Rooms become one library, strandline.
function(strandline_room)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" NAME "SOURCES;USES;LIBS;PUBLIC_LIBS")
  set(target strandline_${arg_NAME})
  list(TRANSFORM arg_USES PREPEND strandline_)
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_link_libraries(${target} PUBLIC ${arg_USES} ${arg_PUBLIC_LIBS}
                                    PRIVATE strandline_options ${arg_LIBS})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${arg_USES} ${arg_PUBLIC_LIBS} ${arg_LIBS})
    set(scope INTERFACE)
  endif()
  target_include_directories(
    ${target} ${scope} "${STRANDLINE_INTERNAL_INCLUDE}" "${STRANDLINE_PUBLIC_INCLUDE}"
                       "${STRANDLINE_GENERATED_INCLUDE}")
  target_link_libraries(${target} ${scope} Threads::Threads tl::expected)
  add_library(strandline::room_${arg_NAME} ALIAS ${target})
  set_property(GLOBAL APPEND PROPERTY STRANDLINE_ROOMS ${target})
  set_property(GLOBAL APPEND PROPERTY STRANDLINE_ROOM_LIBS ${arg_LIBS} ${arg_PUBLIC_LIBS})
endfunction()

# strandline_component(NAME prometheus SOURCES ... [ROOMS ...] [LIBS ...] [HEADERS ...])
#
# An optional part beside the library: the installed target strandline::<NAME> on top of
# strandline::strandline. It may include the internal headers of any room; its own sources are not
# part of the library. HEADERS are public, relative to framework/include.
function(strandline_component)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" NAME "SOURCES;LIBS;HEADERS")
  set(target strandline_${arg_NAME})
  add_library(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${STRANDLINE_INTERNAL_INCLUDE}")
  target_link_libraries(${target} PUBLIC strandline
                                  PRIVATE $<BUILD_INTERFACE:strandline_options> ${arg_LIBS})
  add_library(strandline::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME} VERSION ${PROJECT_VERSION}
                                             SOVERSION ${PROJECT_VERSION_MAJOR})
  set_property(GLOBAL APPEND PROPERTY STRANDLINE_COMPONENTS ${target})
  set_property(GLOBAL APPEND PROPERTY STRANDLINE_COMPONENT_HEADERS ${arg_HEADERS})
endfunction()

# strandline_executable(target): a program of ours. It gets the allocator that nearly doubles the
# throughput, which the library must not choose for its user.
function(strandline_executable target)
  target_link_libraries(${target} PRIVATE strandline_options strandline_sanitizer_support)
  if(STRANDLINE_MALLOC STREQUAL mimalloc AND NOT STRANDLINE_SANITIZE)
    find_library(STRANDLINE_MIMALLOC_LIBRARY mimalloc REQUIRED)
    mark_as_advanced(STRANDLINE_MIMALLOC_LIBRARY)
    # Before every other library, and kept though nothing names it: it works by standing before
    # libc in the order in which the loader looks names up.
    target_link_options(
      ${target} PRIVATE "LINKER:--push-state,--no-as-needed" "${STRANDLINE_MIMALLOC_LIBRARY}"
                        "LINKER:--pop-state")
  endif()
endfunction()

# strandline_test(NAME x_test SOURCES x_test.cc ROOMS executor [LIBS ...] [LABELS unit] [TIMEOUT 60])
#
# A GoogleTest program and one ctest test per case. With ROOMS it tests rooms by their internal
# headers; without, it sees what a user sees: link strandline through LIBS.
function(strandline_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;ROOMS;LIBS;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  list(TRANSFORM arg_ROOMS PREPEND strandline_)
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE strandline_options strandline_sanitizer_support
                                            ${arg_ROOMS} ${arg_LIBS} GTest::gmock_main)
  # With optimisation g++ 12 takes the inside of an empty std::optional for one that is read unset
  # (GCC bug 80635); tests are full of optionals that are looked into after a check.
  target_compile_options(
    ${arg_NAME}
    PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>)
  gtest_discover_tests(
    ${arg_NAME}
    TEST_PREFIX "${arg_NAME}."
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
endfunction()
