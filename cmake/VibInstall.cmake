# Installs the CMake package, the shell completion and the documentation. The
# folders of the tools and of the runtime install these themselves.
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

# The pages keep their relative positions, and the files to which they link are
# installed too, so that their links work.
install(FILES CONTRIBUTING.md LICENSE README.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY test/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}/test)
install(FILES
  test/cuda-driver/Cuda.h
  test/cuda-driver/README.md
  test/cuda-driver/exports.map
  test/cuda-driver/mlir.mlir
  test/cuda-driver/operations.test
  DESTINATION ${CMAKE_INSTALL_DOCDIR}/test/cuda-driver)
install(FILES test/cuda-driver/Inputs/kernels.cu
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/test/cuda-driver/Inputs)

add_custom_target(uninstall
  COMMAND ${CMAKE_COMMAND} -DMANIFEST=${CMAKE_BINARY_DIR}/install_manifest.txt
          -P ${CMAKE_CURRENT_LIST_DIR}/VibUninstall.cmake
  COMMENT "Removing the files of the last `cmake --install`"
  VERBATIM)
