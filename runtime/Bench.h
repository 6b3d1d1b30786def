//===- Bench.h - The time of a step -----------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_BENCH_H
#define VIB_RUNTIME_BENCH_H

#include "runtime/Abi.h"
#include "runtime/Options.h"
#include "runtime/ThreadPool.h"

namespace vib::runtime {

/// Measures the peak of the pool's threads together, in FLOPs per second: they
/// execute only fused multiply-adds of `type` on the widest vectors of this
/// processor. Returns the best of a few tries. A processor without bf16
/// instructions executes those of f32.
double measurePeak(ThreadPool &pool, uint32_t type);

/// Measures how many bytes per second the threads read and write together while
/// they modify a buffer of `size` bytes, which is in a cache if it fits into
/// one, else in main memory. Returns the best of a few tries.
double measureBandwidth(ThreadPool &pool, uint64_t size);

/// Measures the seconds that a launch of an empty kernel takes on all threads,
/// the least time of any launch. Returns the median of many. It depends on
/// which processors the threads run on: it is several times larger if they
/// share no last-level cache, and it may change while a virtual machine runs.
double measureLaunch(ThreadPool &pool);

/// The command `bench`. Returns the exit code.
int runBench(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_BENCH_H
