//===- TextBounds.h - Limits on a text that MLIR or LLVM parses -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The parsers recurse into brackets and operators without a limit, allocate as
// much memory as a number in the text asks for, and print a type with all that
// its aliases stand for, which doubles with each of `!b = tuple<!a, !a>`.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_SUPPORT_TEXTBOUNDS_H
#define VIB_COMPILER_SUPPORT_TEXTBOUNDS_H

#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace vib {

enum class TextKind { MLIR, LLVMIR, Assembly };

/// What goes beyond a limit, and the offset at which it does.
struct TextError {
  size_t position;
  std::string message;
};

/// Checks a text before it is parsed, in time linear in its size.
std::optional<TextError> checkBounds(llvm::StringRef text, TextKind kind);

} // namespace vib

#endif // VIB_COMPILER_SUPPORT_TEXTBOUNDS_H
