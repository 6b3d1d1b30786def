//===- Bounds.h - Limits on the text that vibc parses -----------*- C++ -*-===//
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

/// Checks a text before MLIR's or LLVM's parser reads it. Both recurse into
/// brackets without a limit, and allocate as much memory as a number in the
/// text asks for. A comment goes from `comment` to the end of the line.
llvm::Error checkBounds(llvm::StringRef text, llvm::StringRef comment);

} // namespace vib

#endif // VIB_TOOLS_VIBC_BOUNDS_H
