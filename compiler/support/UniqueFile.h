//===- UniqueFile.h - Files with a name of their own ---------- -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// LLVM's functions for such files replace every '%' in the path, so that a
// directory whose name has one is not found.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_SUPPORT_UNIQUEFILE_H
#define VIB_COMPILER_SUPPORT_UNIQUEFILE_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <system_error>

namespace vib {

/// Creates a file that did not exist and opens it for writing. Its path is
/// `prefix`, a random number and `suffix`. A signal removes it.
std::error_code createUniqueFile(llvm::StringRef prefix, llvm::StringRef suffix,
                                 unsigned mode, int &descriptor,
                                 llvm::SmallVectorImpl<char> &path);

/// Creates `<stem>-<random number>.<extension>` in the directory for temporary
/// files, and opens it for writing if `descriptor` is not null.
llvm::Error createTemporaryFile(llvm::StringRef stem, llvm::StringRef extension,
                                llvm::SmallVectorImpl<char> &path,
                                int *descriptor = nullptr);

/// From now on, the functions above write the path of each file to `note`
/// before they create the file. A process without memory cannot remove its last
/// file; another one that shares `note` can.
void setTemporaryFileNote(char *note, size_t size);

/// Writes `contents` to an open file and closes it. `path` is for the message.
llvm::Error writeFile(int descriptor, llvm::StringRef path,
                      llvm::StringRef contents);

} // namespace vib

#endif // VIB_COMPILER_SUPPORT_UNIQUEFILE_H
