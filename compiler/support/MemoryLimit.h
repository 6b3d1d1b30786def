//===- MemoryLimit.h - Limits on the memory of a tool -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Where memory is limited, MLIR, LLVM and the linker end in many ways: an
// allocation reports its failure or returns a null pointer that is used, a
// thread cannot start, a stack cannot grow.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_SUPPORT_MEMORYLIMIT_H
#define VIB_COMPILER_SUPPORT_MEMORYLIMIT_H

#include <cstddef>
#include <cstdint>

namespace vib {

/// The lowest limit that the process's memory has (ulimit -v or -d), in bytes;
/// UINT64_MAX if it has none.
uint64_t getMemoryLimit();

/// Whether the process has used nearly all the memory that its limits allow. A
/// handler of signals may call it.
bool isMemoryShort();

/// Writes to `text` that memory is short, and what the limit is and should be.
/// Allocates nothing.
void describeMemoryShortage(char *text, size_t size);

} // namespace vib

#endif // VIB_COMPILER_SUPPORT_MEMORYLIMIT_H
