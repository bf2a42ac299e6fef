# What an installation holds: headers, libraries, the CMake package and the pkg-config files.
include_guard()
include(CMakePackageConfigHelpers)

get_property(components GLOBAL PROPERTY STRANDLINE_COMPONENTS)
install(TARGETS strandline ${components} EXPORT strandlineTargets FILE_SET HEADERS)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/strandline)
install(EXPORT strandlineTargets NAMESPACE strandline:: DESTINATION ${package_dir})
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/strandlineConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/strandlineConfig.cmake" INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/strandlineConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/strandlineConfig.cmake"
              "${PROJECT_BINARY_DIR}/strandlineConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindRdKafka.cmake" DESTINATION ${package_dir})

# One pkg-config file for the library and one for each part beside it.
# A shared library carries its own dependencies; a static one must name them to whoever links it.
function(strandline_pkg_config name library description public private_libs private_requires)
  set(pc_name ${name})
  set(pc_description "${description}")
  set(pc_libs "-L\${libdir} -l${library}")
  set(pc_requires "${public}")
  if(BUILD_SHARED_LIBS)
    set(pc_private "Requires.private: ${private_requires}\nLibs.private: ${private_libs}")
  else()
    set(pc_private "")
    string(APPEND pc_requires " ${private_requires}")
    string(APPEND pc_libs " ${private_libs}")
  endif()
  # Relative, so that the prefix may be chosen as late as `cmake --install --prefix`.
  set(pc_dir "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
  file(RELATIVE_PATH pc_prefix "${pc_dir}" "${CMAKE_INSTALL_PREFIX}")
  configure_file("${PROJECT_SOURCE_DIR}/cmake/strandline.pc.in" "${PROJECT_BINARY_DIR}/${name}.pc"
                 @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

get_target_property(rdkafka_library RdKafka::rdkafka IMPORTED_LOCATION)
get_filename_component(rdkafka_dir "${rdkafka_library}" DIRECTORY)
strandline_pkg_config(
  strandline strandline "${PROJECT_DESCRIPTION}" ""
  "-L${rdkafka_dir} -Wl,-rpath,${rdkafka_dir} -lrdkafka -pthread" spdlog)
foreach(component IN LISTS components)
  string(REPLACE strandline_ "" name ${component})
  set(needs "")
  if(name STREQUAL prometheus)
    set(needs "prometheus-cpp-pull prometheus-cpp-core")
  endif()
  strandline_pkg_config(strandline-${name} ${component} "${PROJECT_DESCRIPTION}: ${name}"
                        strandline "" "${needs}")
endforeach()
