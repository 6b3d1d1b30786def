//===- Threads.h - The number of available threads --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_THREADS_H
#define VIB_TOOLS_VIBC_THREADS_H

namespace vib {

/// The number of threads, at most `wanted`, that the system and its limits of
/// memory allow this process in addition to the main one. LLVM's thread pool
/// would wait forever for a thread that it cannot create.
unsigned countThreads(unsigned wanted);

} // namespace vib

#endif // VIB_TOOLS_VIBC_THREADS_H
