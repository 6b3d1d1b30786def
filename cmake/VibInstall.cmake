# What `cmake --install` lays out besides the tools and the runtime, which their
# own folders install: the CMake package, the shell's completion, an example.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/vib)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/vibConfig.cmake.in
  ${CMAKE_BINARY_DIR}/vibConfig.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/vibConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/vibConfig.cmake
              ${CMAKE_BINARY_DIR}/vibConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES tools/completion/vibc
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/vib)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
