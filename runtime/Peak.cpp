//===- Peak.cpp - Measuring the peak of the processor ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sixteen independent chains of fused multiply-adds are more than any processor
// executes at once (two units with a latency of four or five cycles). The
// chains and the two factors fit into the registers, so only the units limit
// the speed.
//
//===----------------------------------------------------------------------===//

#include "runtime/Bench.h"
#include "runtime/Memory.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vib::runtime {

namespace {

constexpr int chains = 16;
constexpr int64_t rounds = 50000;

// It keeps the compiler from removing the loops. The values converge to 1 and
// never become denormal.
volatile double sink;

/// Defines a function of which one unit is `chains` x `rounds` fused
/// multiply-adds.
#define VIB_PEAK(NAME, ATTRIBUTES, VECTOR, SET, FMA, FIRST)                    \
  ATTRIBUTES void NAME(int64_t units) {                                        \
    VECTOR factor = SET(0.5 + 0.0 * sink), term = SET(0.5 + 0.0 * sink);       \
    VECTOR value[chains];                                                      \
    for (int chain = 0; chain < chains; ++chain)                               \
      value[chain] = SET(chain);                                               \
    for (int64_t round = 0; round < units * rounds; ++round)                   \
      for (int chain = 0; chain < chains; ++chain)                             \
        value[chain] = FMA(value[chain], factor, term);                        \
    double sum = 0;                                                            \
    for (int chain = 0; chain < chains; ++chain)                               \
      sum += FIRST(value[chain]);                                              \
    if (sum != double(chains))                                                 \
      sink = 0;                                                                \
  }

VIB_PEAK(scalar32, , float, float, std::fma, double)
VIB_PEAK(scalar64, , double, double, std::fma, double)

#if defined(__x86_64__)
#define VIB_AVX2 __attribute__((target("avx2,fma")))
#define VIB_AVX512 __attribute__((target("avx512f")))
VIB_PEAK(avx2F32, VIB_AVX2, __m256, _mm256_set1_ps, _mm256_fmadd_ps,
         _mm256_cvtss_f32)
VIB_PEAK(avx2F64, VIB_AVX2, __m256d, _mm256_set1_pd, _mm256_fmadd_pd,
         _mm256_cvtsd_f64)
VIB_PEAK(avx512F32, VIB_AVX512, __m512, _mm512_set1_ps, _mm512_fmadd_ps,
         _mm512_cvtss_f32)
VIB_PEAK(avx512F64, VIB_AVX512, __m512d, _mm512_set1_pd, _mm512_fmadd_pd,
         _mm512_cvtsd_f64)

/// The same with pairs of bf16: each instruction adds the sum of two products.
__attribute__((target("avx512f,avx512bf16"))) void avx512BF16(int64_t units) {
  const auto factor = __m512bh(_mm512_set1_epi16(0x3f00)); // 0.5
  __m512 value[chains];
  for (int chain = 0; chain < chains; ++chain)
    value[chain] = _mm512_set1_ps(float(chain));
  for (int64_t round = 0; round < units * rounds; ++round)
    for (int chain = 0; chain < chains; ++chain)
      value[chain] = _mm512_dpbf16_ps(value[chain], factor, factor);
  double sum = 0;
  for (int chain = 0; chain < chains; ++chain)
    sum += _mm512_cvtss_f32(value[chain]);
  sink = 0 * sum;
}
#endif

struct Peak {
  void (*run)(int64_t units);
  int lanes; ///< Multiply-adds per instruction.
};

Peak widest(uint32_t type) {
  bool wide = type == VIB_F64;
#if defined(__x86_64__)
  if (type == VIB_BF16 && __builtin_cpu_supports("avx512bf16"))
    return Peak{avx512BF16, 32};
  if (__builtin_cpu_supports("avx512f"))
    return wide ? Peak{avx512F64, 8} : Peak{avx512F32, 16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return wide ? Peak{avx2F64, 4} : Peak{avx2F32, 8};
#endif
  return wide ? Peak{scalar64, 1} : Peak{scalar32, 1};
}

/// The buffer of a pass through memory; `unit` is in floats.
struct Walk {
  float *values;
  int64_t unit;
};

void walkKernel(const VibCall *call, int64_t begin, int64_t end) {
  const Walk &walk = *static_cast<const Walk *>(call->arena);
  for (int64_t i = begin * walk.unit; i < end * walk.unit; ++i)
    walk.values[i] = walk.values[i] * 0.5f + 0.5f;
}

/// The index of a kernel that is not the model's, so that a profile does not
/// include it.
constexpr int64_t noKernel = -1;

/// The time of a kernel that is worth all threads.
constexpr int64_t allThreads = std::numeric_limits<int64_t>::max();

/// Returns the seconds of each of `count` launches. Calls `prepare` before each
/// of them.
template <typename Prepare>
std::vector<double> timeLaunches(const VibCall &call, VibKernelFn kernel,
                                 int64_t units, int count, Prepare prepare) {
  std::vector<double> seconds;
  for (int launch = 0; launch < count; ++launch) {
    prepare();
    auto begin = std::chrono::steady_clock::now();
    vib_launch(&call, kernel, units, allThreads, noKernel);
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - begin;
    seconds.push_back(elapsed.count());
  }
  return seconds;
}

/// Returns the seconds of the fastest of several launches.
double timeBest(const VibCall &call, VibKernelFn kernel, int64_t units,
                int count) {
  std::vector<double> seconds = timeLaunches(call, kernel, units, count, [] {});
  return *std::min_element(seconds.begin(), seconds.end());
}

/// Each unit waits for all others, so that every thread runs exactly one.
void meetKernel(const VibCall *call, int64_t, int64_t) {
  auto &missing = *static_cast<std::atomic<int> *>(call->arena);
  --missing;
  for (int looks = 0; missing > 0; ++looks)
    if (looks > 1000)
      std::this_thread::yield();
}

/// The arena of the call is the Peak to run.
void peakKernel(const VibCall *call, int64_t begin, int64_t end) {
  static_cast<const Peak *>(call->arena)->run(end - begin);
}

} // namespace

double measurePeak(ThreadPool &pool, uint32_t type) {
  Peak peak = widest(type);
  VibCall call = {};
  call.arena = &peak;
  call.pool = pool.handle();

  constexpr int64_t unitsPerThread = 64;
  int64_t units = unitsPerThread * pool.threads();
  double flops = 2.0 * peak.lanes * chains * double(rounds) * double(units);
  return flops / timeBest(call, peakKernel, units, 8);
}

double measureBandwidth(ThreadPool &pool, uint64_t size) {
  constexpr int64_t unit = 4096 / sizeof(float);
  int64_t units = std::max<int64_t>(int64_t(size / 4096), 1);
  Memory memory(uint64_t(units) * 4096, "the measurement of the memory");
  Walk walk = {memory.as<float>(), unit};
  VibCall call = {};
  call.arena = &walk;
  call.pool = pool.handle();
  // In the first pass the system allocates the pages.
  return 2.0 * double(memory.size()) / timeBest(call, walkKernel, units, 12);
}

double measureLaunch(ThreadPool &pool) {
  std::atomic<int> missing;
  VibCall call = {};
  call.arena = &missing;
  call.pool = pool.handle();
  std::vector<double> seconds =
      timeLaunches(call, meetKernel, pool.threads(), 1001,
                   [&] { missing = pool.threads(); });
  auto middle = seconds.begin() + int64_t(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

} // namespace vib::runtime
