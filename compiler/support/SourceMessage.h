//===- SourceMessage.h - Messages about a text ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A message quotes a file, which may hold control characters that a terminal
// obeys, and names and lines of any length.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_SUPPORT_SOURCEMESSAGE_H
#define VIB_COMPILER_SUPPORT_SOURCEMESSAGE_H

#include "llvm/Support/raw_ostream.h"
#include <string>

namespace vib {

/// The text with a '?' for each control character but the end of a line, and
/// for each byte that is not UTF-8.
std::string makePrintable(llvm::StringRef text);

/// A message to print: printable, and its long words and ends are cut.
std::string shortenMessage(llvm::StringRef message);

/// Prints the part of a line around a column, which counts bytes from 1, and a
/// mark below that column.
void printSourceLine(llvm::raw_ostream &os, llvm::StringRef line,
                     size_t column);

} // namespace vib

#endif // VIB_COMPILER_SUPPORT_SOURCEMESSAGE_H
