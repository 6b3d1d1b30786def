//===- Files.h - What vibc reads and writes ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_FILES_H
#define VIB_TOOLS_VIBC_FILES_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace vib {

enum class InputKind { MLIR, LLVMIR, Assembly, PTX, Object };

/// Reads a file, or stdin for "-". Whatever cannot be an input of vibc is an
/// error here.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInput(llvm::StringRef path, InputKind &kind);

/// Writes `contents` to a file, or to stdout for "-". A regular file appears
/// whole or not at all; a device or a pipe is written to directly.
llvm::Error writeOutput(llvm::StringRef path, llvm::StringRef contents,
                        bool isExecutable = false);

} // namespace vib

#endif // VIB_TOOLS_VIBC_FILES_H
