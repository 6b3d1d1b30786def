//===- Threads.cpp - The number of available threads ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Threads.h"
#include "compiler/support/MemoryLimit.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <mutex>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

/// Waits until the kernel counts one thread of this process again, which is
/// some time after the others were joined. Gives up after a second.
static void waitForOneThread() {
  struct stat tasks;
  // A folder has a link for itself, one for its parent, and one for each
  // thread.
  for (int i = 0;
       i < 1000 && !stat("/proc/self/task", &tasks) && tasks.st_nlink > 3; ++i)
    usleep(1000);
}

unsigned vib::countThreads(unsigned wanted) {
  // As many as fit would leave no memory for their work.
  constexpr uint64_t kBytesOfThread = 256 << 20;
  wanted = std::min<uint64_t>(
      wanted, std::max<uint64_t>(getMemoryLimit() / kBytesOfThread, 1));
  // The threads must exist at the same time, like those of the pool.
  std::mutex gate;
  auto wait = [](void *gate) -> void * {
    std::lock_guard<std::mutex> lock(*static_cast<std::mutex *>(gate));
    return nullptr;
  };
  SmallVector<pthread_t> threads;
  {
    std::lock_guard<std::mutex> lock(gate);
    for (pthread_t thread; threads.size() < wanted &&
                           !pthread_create(&thread, nullptr, wait, &gate);)
      threads.push_back(thread);
  }
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
  waitForOneThread();
  return threads.size();
}
