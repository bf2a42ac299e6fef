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

# pkg-config: a shared libstrandline carries its own dependencies, a static one must name them.
get_target_property(rdkafka_library RdKafka::rdkafka IMPORTED_LOCATION)
get_filename_component(rdkafka_dir "${rdkafka_library}" DIRECTORY)
set(pc_dependencies "-L${rdkafka_dir} -Wl,-rpath,${rdkafka_dir} -lrdkafka -pthread")
if(BUILD_SHARED_LIBS)
  set(pc_private "Requires.private: spdlog\nLibs.private: ${pc_dependencies}")
  set(pc_public "")
else()
  set(pc_private "Requires: spdlog")
  set(pc_public " ${pc_dependencies}")
endif()
configure_file("${PROJECT_SOURCE_DIR}/cmake/strandline.pc.in"
               "${PROJECT_BINARY_DIR}/strandline.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/strandline.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
