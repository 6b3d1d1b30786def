//===- Signals.h - Ctrl-C ---------------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SIGNALS_H
#define VIB_RUNTIME_SIGNALS_H

namespace vib::runtime {

/// Thrown where work is given up because of Ctrl-C; the program exits with 130.
struct Interrupted {};

/// From now on SIGINT and SIGTERM set a flag; a second one kills the process.
void catchInterrupts();

/// Whether one of them has come.
bool interrupted();

/// Throws Interrupted if so.
void throwIfInterrupted();

} // namespace vib::runtime

#endif // VIB_RUNTIME_SIGNALS_H
