# Finds librdkafka and defines the imported target RdKafka::rdkafka.
# Order: -DRDKAFKA_ROOT, the build that cmake/setup.sh left in .deps, then what pkg-config knows.
# Also installed, beside strandlineConfig.cmake: a static libstrandline needs librdkafka to link.
set(_rdkafka_hint "${RDKAFKA_ROOT}")
get_filename_component(_rdkafka_deps "${CMAKE_CURRENT_LIST_DIR}/../.deps" ABSOLUTE)
if(NOT _rdkafka_hint AND EXISTS "${_rdkafka_deps}/rdkafka.prefix")
  file(STRINGS "${_rdkafka_deps}/rdkafka.prefix" _rdkafka_name LIMIT_COUNT 1)
  set(_rdkafka_hint "${_rdkafka_deps}/${_rdkafka_name}")
  # Set-up may have moved on since this build tree was configured.
  if(NOT RdKafka_ROOT_USED STREQUAL _rdkafka_hint)
    unset(RdKafka_LIBRARY CACHE)
    unset(RdKafka_INCLUDE_DIR CACHE)
  endif()
  set(RdKafka_ROOT_USED "${_rdkafka_hint}" CACHE INTERNAL "")
endif()

if(_rdkafka_hint)
  set(_rdkafka_where HINTS "${_rdkafka_hint}" NO_DEFAULT_PATH)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(_rdkafka_pc QUIET rdkafka)
  endif()
  set(_rdkafka_where HINTS ${_rdkafka_pc_LIBRARY_DIRS} ${_rdkafka_pc_INCLUDE_DIRS})
endif()

find_path(RdKafka_INCLUDE_DIR librdkafka/rdkafka.h ${_rdkafka_where} PATH_SUFFIXES include)
find_library(RdKafka_LIBRARY rdkafka ${_rdkafka_where} PATH_SUFFIXES lib)
mark_as_advanced(RdKafka_INCLUDE_DIR RdKafka_LIBRARY)

if(RdKafka_INCLUDE_DIR)
  # 0xMMmmrrpp
  file(STRINGS "${RdKafka_INCLUDE_DIR}/librdkafka/rdkafka.h" _rdkafka_version
       REGEX "#define RD_KAFKA_VERSION 0x")
  string(REGEX REPLACE ".*0x(..)(..)(..)(..).*" "\\1;\\2;\\3" _rdkafka_version "${_rdkafka_version}")
  set(RdKafka_VERSION "")
  foreach(_rdkafka_part IN LISTS _rdkafka_version)
    math(EXPR _rdkafka_part "0x${_rdkafka_part}")
    list(APPEND RdKafka_VERSION ${_rdkafka_part})
  endforeach()
  string(REPLACE ";" "." RdKafka_VERSION "${RdKafka_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  RdKafka
  REQUIRED_VARS RdKafka_LIBRARY RdKafka_INCLUDE_DIR
  VERSION_VAR RdKafka_VERSION
  REASON_FAILURE_MESSAGE "Run cmake/setup.sh, or name a prefix with -DRDKAFKA_ROOT.")

if(RdKafka_FOUND AND NOT TARGET RdKafka::rdkafka)
  add_library(RdKafka::rdkafka UNKNOWN IMPORTED GLOBAL)
  set_target_properties(
    RdKafka::rdkafka PROPERTIES IMPORTED_LOCATION "${RdKafka_LIBRARY}"
                                INTERFACE_INCLUDE_DIRECTORIES "${RdKafka_INCLUDE_DIR}")
endif()
