//===- Bounds.h - What no file has that vibc can read -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_BOUNDS_H
#define VIB_TOOLS_VIBC_BOUNDS_H

#include "llvm/Support/Error.h"

namespace vib {

/// Checks a text before MLIR's or LLVM's parser gets it. Both recurse into
/// brackets until the stack ends, and allocate what a number asks for. A
/// comment goes from `comment` to the end of the line.
llvm::Error checkBounds(llvm::StringRef text, llvm::StringRef comment);

} // namespace vib

#endif // VIB_TOOLS_VIBC_BOUNDS_H
