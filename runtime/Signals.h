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

/// Thrown to end the work where interrupted(). The program exits with
/// interruptionCode().
struct Interrupted {};

/// From now on, a first SIGINT, SIGTERM, SIGHUP or SIGXCPU sets a flag, and a
/// second one other than SIGXCPU kills the process. A signal that is already
/// ignored (by nohup, or in the background of a script) stays ignored. A write
/// beyond the size limit of a file (SIGXFSZ) fails with an error instead of
/// killing the process.
void catchInterrupts();

/// From now on, a write to a closed pipe (SIGPIPE) fails with an error instead
/// of killing the process. This is for commands whose result is a file.
void surviveClosedPipes();

/// Whether one of the signals of catchInterrupts() has arrived, or the host of
/// the thread (Host.h) stops the work.
bool interrupted();

/// The exit code after an interruption: 128 plus the number of the signal (130
/// for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP, 152 for SIGXCPU).
int interruptionCode();

/// Throws Interrupted if interrupted().
void throwIfInterrupted();

} // namespace vib::runtime

#endif // VIB_RUNTIME_SIGNALS_H
