//===- ThreadPool.cpp - The threads that kernels run on -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch fills in the job, then raises `generation`, which the workers watch;
// each counts `pending` down when its range is done. Both sides watch for a
// while and then sleep on a condition variable. The flags `sleepers` and
// `callerSleeps` spare the lock when nobody sleeps: a sleeper raises its flag
// before it looks at the counter for the last time, the waker changes the
// counter before it looks at the flag, both in sequentially consistent order,
// so that one of the two sees the other.
//
//===----------------------------------------------------------------------===//

#include "runtime/ThreadPool.h"
#include "runtime/Error.h"

#include <sched.h>

#include <atomic>
#include <cerrno>
#include <cfenv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

using namespace vib::runtime;
using Clock = std::chrono::steady_clock;

namespace {

/// How long to watch before sleeping: longer than the gaps between the kernels
/// of a step, shorter than a slice of the scheduler.
constexpr std::chrono::microseconds watchTime(100);

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

} // namespace

struct VibPool {
  explicit VibPool(int threads);
  ~VibPool();

  void launch(const VibCall *newCall, VibKernelFn newKernel, int64_t newUnits);

  int threads;
  std::vector<ThreadPool::KernelTime> profile;

private:
  /// Watches until `done` holds; false if it did not in time.
  template <typename Predicate> bool watch(Predicate done) const;
  void run(int thread) const;
  void work(int thread);
  void stop();

  // The job, constant while `pending` is not 0.
  const VibCall *call = nullptr;
  VibKernelFn kernel = nullptr;
  int64_t units = 0;
  fenv_t arithmetic = {};

  /// With more threads than processors, watching takes the time of the others.
  bool watches;
  alignas(64) std::atomic<uint64_t> generation{0};
  alignas(64) std::atomic<int> pending{0};
  alignas(64) std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable wakeWorkers;
  std::condition_variable wakeCaller;
  std::vector<std::thread> workers;
};

VibPool::VibPool(int count)
    : threads(count), watches(count <= availableProcessors()) {
  if (count < 1)
    fail("{} threads, expected 1 or more", count);
  try {
    for (int thread = 1; thread < threads; ++thread)
      workers.emplace_back([this, thread] { work(thread); });
  } catch (const std::system_error &error) {
    size_t started = workers.size() + 1;
    stop();
    fail("cannot start {} threads, only {}: {}", count, started, error.what());
  }
}

VibPool::~VibPool() { stop(); }

void VibPool::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
    ++generation;
  }
  wakeWorkers.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

template <typename Predicate> bool VibPool::watch(Predicate done) const {
  if (done())
    return true;
  if (!watches)
    return false;
  auto end = Clock::now() + watchTime;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done())
        return true;
      relax();
    }
  } while (Clock::now() < end);
  return false;
}

void VibPool::run(int thread) const {
  int64_t begin = units * thread / threads;
  int64_t end = units * (thread + 1) / threads;
  if (begin < end)
    kernel(call, begin, end);
}

void VibPool::work(int thread) {
  uint64_t seen = 0;
  while (true) {
    auto called = [&] { return generation.load() != seen; };
    if (!watch(called)) {
      std::unique_lock<std::mutex> lock(mutex);
      ++sleepers;
      wakeWorkers.wait(lock, called);
      --sleepers;
    }
    seen = generation.load();
    if (stopping.load())
      return;
    fesetenv(&arithmetic);
    run(thread);
    if (pending.fetch_sub(1) == 1 && callerSleeps.load()) {
      std::lock_guard<std::mutex> lock(mutex);
      wakeCaller.notify_one();
    }
  }
}

void VibPool::launch(const VibCall *newCall, VibKernelFn newKernel,
                     int64_t newUnits) {
  if (threads == 1 || newUnits <= 1) {
    newKernel(newCall, 0, newUnits);
    return;
  }
  call = newCall;
  kernel = newKernel;
  units = newUnits;
  fegetenv(&arithmetic);
  pending = threads - 1;
  ++generation;
  if (sleepers.load() > 0) {
    // Under the lock: a worker that is about to sleep has not missed it.
    {
      std::lock_guard<std::mutex> lock(mutex);
    }
    wakeWorkers.notify_all();
  }
  run(0);
  auto finished = [&] { return pending.load() == 0; };
  if (watch(finished))
    return;
  std::unique_lock<std::mutex> lock(mutex);
  callerSleeps = true;
  wakeCaller.wait(lock, finished);
  callerSleeps = false;
}

extern "C" VibPool *vib_pool_create(int threads) {
  try {
    return new VibPool(threads);
  } catch (const std::exception &) {
    return nullptr;
  }
}

extern "C" void vib_pool_destroy(VibPool *pool) { delete pool; }

extern "C" void vib_launch(const VibCall *call, VibKernelFn kernel,
                           int64_t units, int64_t kernelIndex) {
  VibPool *pool = call->pool;
  if (!pool) {
    kernel(call, 0, units);
    return;
  }
  if (kernelIndex < 0 || size_t(kernelIndex) >= pool->profile.size()) {
    pool->launch(call, kernel, units);
    return;
  }
  auto begin = Clock::now();
  pool->launch(call, kernel, units);
  std::chrono::duration<double> time = Clock::now() - begin;
  ThreadPool::KernelTime &entry = pool->profile[size_t(kernelIndex)];
  ++entry.launches;
  entry.seconds += time.count();
}

namespace vib::runtime {

int availableProcessors() {
  // The set must be as large as the kernel's, which only trying tells.
  for (int size = 1024; size <= 1 << 20; size *= 2) {
    cpu_set_t *set = CPU_ALLOC(size);
    if (!set)
      break;
    int status = sched_getaffinity(0, CPU_ALLOC_SIZE(size), set);
    int error = errno;
    int count = status == 0 ? CPU_COUNT_S(CPU_ALLOC_SIZE(size), set) : 0;
    CPU_FREE(set);
    if (count > 0)
      return count;
    if (error != EINVAL)
      break;
  }
  return 1;
}

void useIeeeArithmetic() { fesetenv(FE_DFL_ENV); }

ThreadPool::ThreadPool(int threads) : pool(new VibPool(threads)) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::Delete::operator()(VibPool *p) const { delete p; }

int ThreadPool::threads() const { return pool->threads; }

void ThreadPool::startProfile(uint32_t numKernels) {
  pool->profile.assign(numKernels, {});
}

const std::vector<ThreadPool::KernelTime> &ThreadPool::profile() const {
  return pool->profile;
}

} // namespace vib::runtime
