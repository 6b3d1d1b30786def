//===- Threads.h - How many threads there can be ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_THREADS_H
#define VIB_TOOLS_VIBC_THREADS_H

namespace vib {

/// How many of `wanted` threads the system lets this process have beside the
/// main one. LLVM's thread pool waits forever for one that it cannot create.
unsigned countThreads(unsigned wanted);

} // namespace vib

#endif // VIB_TOOLS_VIBC_THREADS_H
