# vib_mlir_library(NAME SOURCES... [LINK_LIBS libs...] [DEPENDS targets...])
#
# Adds a static library of the compiler. All libraries share one precompiled header.
# Without it, a file that includes headers of MLIR and LLVM takes 5 to 15 seconds, and
# with it one second. Add a header to it if several files of the compiler include it.
include_guard()

include(VibPrecompile)

set(VIB_MLIR_FLAGS -fno-rtti -fno-exceptions -Wall -Wextra
                   -Wno-unused-parameter)
# As LLVM does: GCC takes the inline elements of an empty SmallVector for read.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND VIB_MLIR_FLAGS -Wno-maybe-uninitialized)
endif()

if(VIB_ASSERTS)
  list(APPEND VIB_MLIR_FLAGS
       "SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/VibAsserts.h")
endif()

function(vib_mlir_target NAME)
  target_compile_options(${NAME} PRIVATE ${VIB_MLIR_FLAGS})
  if(NOT NAME STREQUAL VibPch)
    target_precompile_headers(${NAME} REUSE_FROM VibPch)
  endif()
endfunction()

function(vib_mlir_library NAME)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS;DEPENDS" ${ARGN})
  add_library(${NAME} STATIC ${ARG_UNPARSED_ARGUMENTS})
  vib_mlir_target(${NAME})
  target_link_libraries(${NAME} PUBLIC ${ARG_LINK_LIBS})
  if(ARG_DEPENDS)
    add_dependencies(${NAME} ${ARG_DEPENDS})
  endif()
endfunction()

# vib_mlir_executable(NAME SOURCES... [LINK_LIBS libs...] [LLVM_LIBS libs...])
function(vib_mlir_executable NAME)
  cmake_parse_arguments(ARG "" "" "LINK_LIBS;LLVM_LIBS" ${ARGN})
  if(NOT ARG_LLVM_LIBS)
    set(ARG_LLVM_LIBS MLIR LLVM)
  endif()
  add_executable(${NAME} ${ARG_UNPARSED_ARGUMENTS})
  vib_mlir_target(${NAME})
  # Compile executables with -fPIC like the libraries, because the precompiled header was.
  set_target_properties(${NAME} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${NAME} PRIVATE -fPIC)
  target_link_libraries(${NAME} PRIVATE ${ARG_LINK_LIBS} ${ARG_LLVM_LIBS})
endfunction()

vib_precompiled(VibPch
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/GPU/IR/GPUDialect.h>
  <mlir/Dialect/LLVMIR/LLVMDialect.h>
  <mlir/Dialect/LLVMIR/NVVMDialect.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/NVGPU/IR/NVGPUDialect.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/Dialect/Vector/IR/VectorOps.h>
  <mlir/Dialect/X86Vector/X86VectorDialect.h>
  <mlir/IR/Builders.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>
  <mlir/Target/LLVMIR/Export.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>
  <mlir/Transforms/Passes.h>
  <llvm/ADT/TypeSwitch.h>
  <llvm/ADT/STLExtras.h>
  <llvm/IR/LegacyPassManager.h>
  <llvm/IR/Module.h>
  <llvm/Passes/PassBuilder.h>)
vib_mlir_target(VibPch)
