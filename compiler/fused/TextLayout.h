//===- TextLayout.h - Text within a width -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_TEXTLAYOUT_H
#define VIB_COMPILER_FUSED_TEXTLAYOUT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace vib {

/// Prints `head` and `text` in lines of at most `width` characters, all but the
/// first indented by `indent`. Lines end between words, but not within
/// parentheses.
void printWrapped(llvm::StringRef head, llvm::StringRef text, unsigned indent,
                  unsigned width, llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_FUSED_TEXTLAYOUT_H
