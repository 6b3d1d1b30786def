//===- Files.h - The files that vibc reads and writes -----------*- C++ -*-===//
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

/// Reads a file, or stdin for "-", and determines its kind. Returns an error if
/// it cannot be an input of vibc.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readInput(llvm::StringRef path, InputKind &kind);

/// Writes `contents` to a file, or to stdout for "-". A regular file appears
/// only when it is complete; a device or a pipe is written directly.
llvm::Error writeOutput(llvm::StringRef path, llvm::StringRef contents,
                        bool isExecutable = false);

} // namespace vib

#endif // VIB_TOOLS_VIBC_FILES_H
