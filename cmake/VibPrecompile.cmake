# vib_precompile(TARGET HEADERS...): precompiles these headers for TARGET, and for
# the targets that reuse them (target_precompile_headers(... REUSE_FROM TARGET)).
# None of the headers may be the project's: they are compiled once a build tree.
include_guard()

# ccache takes an object from another build tree when nothing in its command names
# that tree. CMake's -Xclang -include names it; clang finds what it says in the
# precompiled header.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

function(vib_precompile TARGET)
  target_precompile_headers(${TARGET} PRIVATE ${ARGN})
  # A precompiled header holds paths of its build tree. ccache reads this file
  # instead (CCACHE_PCH_EXTSUM), which says which headers they are.
  get_target_property(folder ${TARGET} BINARY_DIR)
  set(versions ${CMAKE_CXX_COMPILER_VERSION} ${fmt_VERSION}
      ${nlohmann_json_VERSION} ${CLI11_VERSION} ${GTest_VERSION} ${LLVM_VERSION})
  if(MLIR_CONFIG)
    file(TIMESTAMP ${MLIR_CONFIG} time)
    list(APPEND versions ${time})
  endif()
  file(CONFIGURE CONTENT "${ARGN} ${versions}\n"
       OUTPUT ${folder}/CMakeFiles/${TARGET}.dir/cmake_pch.hxx.pch.sum)
endfunction()

# vib_precompiled(NAME HEADERS...): a target without code, for others to reuse.
function(vib_precompiled NAME)
  file(CONFIGURE CONTENT "" OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp)
  add_library(${NAME} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp)
  vib_precompile(${NAME} ${ARGN})
endfunction()
