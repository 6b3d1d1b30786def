//===- UsageErrors.h - Wrong command lines of vibc --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_USAGEERRORS_H
#define VIB_TOOLS_VIBC_USAGEERRORS_H

#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace llvm::cl {
class OptionCategory;
} // namespace llvm::cl

namespace vib {

/// Finds what LLVM would report in its own words, or accept without a word:
/// unknown flags, flags of the compiled program, missing and empty values, and
/// flags that are given twice. `category` has the flags of vibc. Returns a
/// message, or "" if there is nothing of that kind.
std::string findUsageError(llvm::ArrayRef<char *> words,
                           llvm::cl::OptionCategory &category);

} // namespace vib

#endif // VIB_TOOLS_VIBC_USAGEERRORS_H
