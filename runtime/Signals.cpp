//===- Signals.cpp - What asks a program to stop -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Signals.h"
#include "runtime/Host.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <initializer_list>

namespace vib::runtime {

// Atomic, because the handler may run on any thread. A handler may use them
// because they are lock-free.
static std::atomic<int> firstSignal{0};
static std::atomic<int64_t> firstTime{0};

/// Records the first signal. A later one kills the process, unless it arrives
/// within half a second: a wrapper such as timeout(1) signals the process and
/// its group, so that one request arrives twice. Beyond a limit of processor
/// time, the kernel sends SIGXCPU every second, which is not a second request.
static void handle(int signal) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t time = int64_t(now.tv_sec) * 1000000000 + now.tv_nsec;
  if (firstSignal == 0) {
    firstTime = time;
    firstSignal = signal;
    return;
  }
  if (signal == SIGXCPU || time - firstTime < 500000000)
    return;
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void catchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  // Only the calls of poll() in File.cpp wait long, and a signal ends poll() in
  // spite of SA_RESTART.
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGXCPU}) {
    struct sigaction old = {};
    if (sigaction(signal, nullptr, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

void surviveClosedPipes() { std::signal(SIGPIPE, SIG_IGN); }

bool interrupted() {
  const Host *host = Host::current();
  return firstSignal != 0 || (host && host->isStopped());
}

int interruptionCode() { return 128 + firstSignal; }

void throwIfInterrupted() {
  if (interrupted())
    throw Interrupted();
}

} // namespace vib::runtime
