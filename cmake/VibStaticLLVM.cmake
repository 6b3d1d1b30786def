# Defines vib_llvm_libraries, with which vibc links: with VIB_STATIC_LLVM the static
# libraries of LLVM and MLIR, otherwise the shared ones. A vibc that contains them runs
# without an LLVM on the machine, which the Python package needs, and starts 60 ms earlier.
include_guard()

# LLVM's libraries in Debian compress with these.
find_library(VIB_STATIC_ZLIB libz.a)
find_library(VIB_STATIC_ZSTD libzstd.a)
set(can_be_static OFF)
# lld takes archives in any order, which these depend on; clang finds the one beside it.
if(VIB_STATIC_ZLIB AND VIB_STATIC_ZSTD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang"
   AND EXISTS ${LLVM_TOOLS_BINARY_DIR}/ld.lld
   AND EXISTS ${LLVM_LIBRARY_DIR}/libMLIRIR.a AND EXISTS ${LLVM_LIBRARY_DIR}/libLLVMCore.a)
  set(can_be_static ON)
endif()
option(VIB_STATIC_LLVM "Link LLVM and MLIR into vibc" ${can_be_static})
if(VIB_STATIC_LLVM AND NOT can_be_static)
  message(FATAL_ERROR "VIB_STATIC_LLVM needs clang, ld.lld, libz.a, libzstd.a, and the static "
                      "libraries of LLVM and MLIR in ${LLVM_LIBRARY_DIR}")
endif()

if(VIB_STATIC_LLVM)
  get_property(mlir_libraries GLOBAL PROPERTY MLIR_ALL_LIBS)
  set(archives)
  foreach(library ${mlir_libraries} ${LLVM_AVAILABLE_LIBS})
    # Not by the targets, which name the shared library of LLVM as a dependency.
    if(EXISTS ${LLVM_LIBRARY_DIR}/lib${library}.a)
      list(APPEND archives ${LLVM_LIBRARY_DIR}/lib${library}.a)
    endif()
  endforeach()
  set(vib_llvm_libraries ${archives} ${VIB_STATIC_ZLIB} ${VIB_STATIC_ZSTD}
      ${CMAKE_DL_LIBS} -pthread -static-libstdc++ -static-libgcc -fuse-ld=lld
      -Wl,--gc-sections)
else()
  set(vib_llvm_libraries MLIR LLVM)
endif()
