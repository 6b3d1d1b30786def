//===- Signals.h - What asks a program to stop -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SIGNALS_H
#define VIB_RUNTIME_SIGNALS_H

namespace vib::runtime {

/// Thrown where work is given up because a signal asked for it; the program
/// exits with interruptionCode().
struct Interrupted {};

/// From now on SIGINT, SIGTERM and SIGHUP set a flag, and a second one kills
/// the process. A signal that is ignored already (by nohup, or in the
/// background of a script) stays ignored. A write beyond the limit of a file's
/// size (SIGXFSZ) becomes an error of that write.
void catchInterrupts();

/// From now on a write to a pipe that nobody reads is an error of that write
/// and does not kill the process (SIGPIPE). For commands whose result is a
/// file.
void surviveClosedPipes();

/// Whether one of them has come.
bool interrupted();

/// The exit code after an interruption: 128 and the number of the signal (130
/// for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP).
int interruptionCode();

/// Throws Interrupted if so.
void throwIfInterrupted();

} // namespace vib::runtime

#endif // VIB_RUNTIME_SIGNALS_H
