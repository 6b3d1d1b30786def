//===- ThreadPool.h - The threads that kernels run on -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch divides a kernel's units among the threads (ThreadPool.cpp says
// how). The results cannot depend on who runs which: units are fixed when
// compiling, and partial sums are combined in their order.
//
// Threads that wait spin for a tenth of a millisecond, then sleep. A pool of as
// many threads as the process may use processors keeps each thread to one of
// them: the launching one, while the pool lives, to that on which it made the
// pool, and gives it back its mask. Other pools leave that to the system.
//
// Denormals: kernels run with the rounding and denormal modes of the thread
// that launches, which the pool copies to every worker at every launch. The
// program sets the IEEE ones (useIeeeArithmetic): round to nearest, denormals
// kept.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_THREADPOOL_H
#define VIB_RUNTIME_THREADPOOL_H

#include "runtime/Abi.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace vib::runtime {

/// How many processors the process may use: those that it may run on, or what
/// its quota pays for (CpuQuota.h), rounded down, if that is less. At least 1.
int availableProcessors();

/// Sets round to nearest and gradual underflow for the calling thread, whatever
/// a library or a parent has set.
void useIeeeArithmetic();

class ThreadPool {
public:
  /// What a kernel has cost so far, waiting for the slowest thread included.
  struct KernelTime {
    uint64_t launches = 0;
    double seconds = 0;
  };

  /// `threads` of them work, the launching one included: 1 or more. There are
  /// fewer where the system or a limit does not allow so many. The thread that
  /// makes the pool launches, and ends it.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const;
  /// How many there should have been.
  int wanted() const { return wantedThreads; }
  /// What VibCall::pool wants.
  VibPool *handle() const { return pool.get(); }

  /// Starts to measure, from zero, kernels 0 … numKernels - 1.
  void startProfile(uint32_t numKernels);
  /// By kernel index; empty if nothing was measured.
  const std::vector<KernelTime> &profile() const;

private:
  struct Delete {
    void operator()(VibPool *pool) const;
  };
  int wantedThreads;
  std::unique_ptr<VibPool, Delete> pool;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_THREADPOOL_H
