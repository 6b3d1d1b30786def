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

/// FLOPs a second that the threads of the pool reach together if they do
/// nothing but fused multiply-adds of `type` on the widest vectors of this
/// processor: the best of a few tries. A processor without instructions for
/// bf16 does those of f32.
double measurePeak(ThreadPool &pool, uint32_t type);

/// Bytes a second that the threads read and write together while they change
/// all of `size` bytes, which lie in a cache that holds them or in main memory:
/// the best of a few tries.
double measureBandwidth(ThreadPool &pool, uint64_t size);

/// Seconds from an empty launch until all threads have taken part in it: the
/// least that a launch costs. The median of many. It depends on how far apart
/// the threads' processors are. It is several times larger if they share no
/// last-level cache, and it may change while a virtual machine runs.
double measureLaunch(ThreadPool &pool);

/// `bench`. Returns the exit code.
int runBench(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_BENCH_H
