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

/// FLOPs a second that the threads of the pool reach together on nothing but
/// fused multiply-adds of `type`, with the widest vectors of this processor:
/// the best of a few tries. Those of bf16 are of f32 where it has none.
double measurePeak(ThreadPool &pool, uint32_t type);

/// Bytes a second that the threads read and write together, walking through
/// `size` bytes and changing all of them: from the cache that holds them, or
/// from main memory. The best of a few tries.
double measureBandwidth(ThreadPool &pool, uint64_t size);

/// Seconds from a launch of no work until all threads have had their part: what
/// a kernel costs at least. The median of many. It tells how far apart the
/// threads' processors are, which differs by several times with whether they
/// share a last-level cache, and may change under a virtual machine.
double measureLaunch(ThreadPool &pool);

/// `bench`. Returns the exit code.
int runBench(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_BENCH_H
