# vib_precompile(TARGET HEADERS...): precompiles these headers for TARGET, and for
# the targets that reuse them (target_precompile_headers(... REUSE_FROM TARGET)).
# The headers must not be the project's own, because ccache is not told when such
# a header changes (see below).
include_guard()

# ccache can reuse an object of another build tree only if the command does not
# contain the path of that tree. CMake adds -Xclang -include with such a path; it is
# not needed, because the precompiled header has the same content.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

function(vib_precompile TARGET)
  target_precompile_headers(${TARGET} PRIVATE ${ARGN})
  # A precompiled header contains paths of its build tree. Instead of its content
  # ccache hashes this file (CCACHE_PCH_EXTSUM), which identifies the headers.
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

# vib_precompiled(NAME HEADERS...): adds a target that consists only of the
# precompiled headers, for other targets to reuse.
function(vib_precompiled NAME)
  file(CONFIGURE CONTENT "" OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp)
  add_library(${NAME} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${NAME}.cpp)
  vib_precompile(${NAME} ${ARGN})
endfunction()
