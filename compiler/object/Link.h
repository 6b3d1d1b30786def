//===- Link.h - Link programs and shared libraries --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_LINK_H
#define VIB_COMPILER_OBJECT_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace vib {

/// Links the object file `object` with the runtime and writes a program or a
/// shared library to `output`. `toolPath` is the path of vibc; the runtime is
/// found relative to it.
llvm::Error link(llvm::StringRef object, llvm::StringRef output, bool isShared,
                 llvm::StringRef toolPath);

/// The C header for a shared library of the model `name`.
std::string makeHeader(llvm::StringRef name, llvm::StringRef libraryName);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_LINK_H
