//===- Signals.cpp - Ctrl-C -----------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Signals.h"

#include <csignal>
#include <ctime>

namespace vib::runtime {

static volatile sig_atomic_t flag = 0;
static volatile time_t firstSecond = 0;
static volatile long firstNanosecond = 0;

/// Notes the first signal. A later one kills, but not within half a second: a
/// wrapper such as timeout(1) signals the process and its group, which is one
/// wish that arrives twice.
static void handle(int signal) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!flag) {
    firstSecond = now.tv_sec;
    firstNanosecond = now.tv_nsec;
    flag = 1;
    return;
  }
  double since = double(now.tv_sec - firstSecond) +
                 1e-9 * double(now.tv_nsec - firstNanosecond);
  if (since < 0.5)
    return;
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void catchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  // No system call of ours has to be left early.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return flag; }

void throwIfInterrupted() {
  if (flag)
    throw Interrupted();
}

} // namespace vib::runtime
