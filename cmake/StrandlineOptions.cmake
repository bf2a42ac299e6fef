# How our own code is compiled. strandline_options is linked PRIVATE by every target of ours and
# never reaches a user's build.
include_guard()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# An installed shared library finds its neighbours, and the librdkafka it was linked to.
set(CMAKE_INSTALL_RPATH "$ORIGIN")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(STRANDLINE_CCACHE ccache)
  mark_as_advanced(STRANDLINE_CCACHE)
  if(STRANDLINE_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER "${STRANDLINE_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${STRANDLINE_CCACHE}")
  endif()
endif()

add_library(strandline_options INTERFACE)
target_compile_features(strandline_options INTERFACE cxx_std_20)
target_compile_options(strandline_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
# With optimisation g++ 12 takes `"text" + std::string` for an overlapping copy (GCC bug 105651), and the
# queue's producers in concurrentqueue.h for objects of no size.
target_compile_options(strandline_options INTERFACE
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-stringop-overflow>")
if(STRANDLINE_DEVELOPER_MODE)
  target_compile_options(strandline_options INTERFACE -Werror)
endif()

if(STRANDLINE_SANITIZE)
  # Without frame pointers the reports name half a stack.
  add_compile_options(-fsanitize=${STRANDLINE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STRANDLINE_SANITIZE})
  if(STRANDLINE_SANITIZE STREQUAL thread)
    # concurrentqueue.h fences; the sanitizer ignores fences, and the compiler says so at each.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-tsan>)
  endif()
  if(STRANDLINE_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

# librdkafka locks through C11 threads, which the thread sanitizer does not intercept: it would call
# every hand-over inside the library a race. The shim, part of each executable, answers for libc.
add_library(strandline_sanitizer_support INTERFACE)
if(STRANDLINE_SANITIZE STREQUAL thread)
  add_library(strandline_c11threads_shim OBJECT "${CMAKE_CURRENT_LIST_DIR}/tsan/c11threads_shim.c")
  target_sources(strandline_sanitizer_support
                 INTERFACE $<TARGET_OBJECTS:strandline_c11threads_shim>)
endif()
