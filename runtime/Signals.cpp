//===- Signals.cpp - Ctrl-C -----------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Signals.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace vib::runtime {

// Lock-free, so fit for a handler; atomic, as it runs on any of the threads.
static std::atomic<bool> flag{false};
static std::atomic<int64_t> firstTime{0};

/// Notes the first signal. A later one kills, but not within half a second: a
/// wrapper such as timeout(1) signals the process and its group, which is one
/// wish that arrives twice.
static void handle(int signal) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t time = int64_t(now.tv_sec) * 1000000000 + now.tv_nsec;
  if (!flag) {
    firstTime = time;
    flag = true;
    return;
  }
  if (time - firstTime < 500000000)
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
