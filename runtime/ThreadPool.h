//===- ThreadPool.h - The threads that kernels run on -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch divides a kernel's units among the threads (ThreadPool.cpp says
// how). The results do not depend on the thread that runs a unit: the units are
// fixed at compile time, and partial sums are combined in the order of units.
//
// A waiting thread spins for a tenth of a millisecond, then sleeps. If the pool
// has as many threads as the process may use processors, each thread is bound
// to its own processor. The launching thread is bound to the
// processor on which it created the pool, and gets back its old mask at the end
// of the pool. In other pools the system places the threads.
//
// Kernels run with the rounding and denormal modes of the launching thread. The
// pool copies them to every worker at every launch. The program sets the modes
// of IEEE (useIeeeArithmetic): round to nearest, with denormals.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_THREADPOOL_H
#define VIB_RUNTIME_THREADPOOL_H

#include "runtime/Abi.h"

#include <cfenv>
#include <cstdint>
#include <memory>
#include <vector>

namespace vib::runtime {

/// The number of processors that the process may use: those of its mask, or its
/// quota (CpuQuota.h) rounded down if that is less; at least 1.
int availableProcessors();

/// Sets round to nearest and gradual underflow for the calling thread, in case
/// a library or the parent process has changed them.
void useIeeeArithmetic();
/// The same for its own lifetime, for a thread that is not ours.
class IeeeArithmetic {
public:
  IeeeArithmetic();
  ~IeeeArithmetic();
  IeeeArithmetic(const IeeeArithmetic &) = delete;
  IeeeArithmetic &operator=(const IeeeArithmetic &) = delete;

private:
  fenv_t callers;
};

struct Workers;

class ThreadPool {
public:
  /// The launches of a kernel and their total time, which includes waiting for
  /// the slowest thread.
  struct KernelTime {
    uint64_t launches = 0;
    double seconds = 0;
  };

  /// `threads`, 1 or more, includes the launching thread. There are fewer if
  /// the system or a limit does not allow so many. The thread that creates the
  /// pool must also launch the kernels and destroy the pool.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int threads() const;
  /// The number of threads that was requested.
  int wanted() const { return wantedThreads; }
  /// A launch gives each thread at least this much work, in seconds. It depends
  /// on what starting the threads costs, which the pool has measured.
  double leastWork() const;
  /// The value for VibCall::pool.
  VibPool *handle() const;

  /// Resets the profile and measures the kernels 0 … numKernels - 1 from now
  /// on.
  void startProfile(uint32_t numKernels);
  /// The times by kernel index; empty if nothing was measured.
  const std::vector<KernelTime> &profile() const;

private:
  int wantedThreads;
  const std::unique_ptr<Workers> pool;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_THREADPOOL_H
