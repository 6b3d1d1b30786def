//===- ThreadPool.cpp - The threads that kernels run on -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch divides the units into one contiguous share per thread. The shares
// of a kernel are always the same, so that a thread finds in its cache what it
// wrote before. A thread takes its share in chunks, each half of what is left:
// 8, 4, 2, 1, 1 for 16 units. A thread that has finished its own share takes
// chunks of the other shares. So a thread that the system has interrupted
// delays at most its current chunk.
//
// A launch is over when all units are complete, even if a thread has not taken
// part: a thread that slept may wake up during the next launch, or while that
// is being set up. Therefore one word per share contains both the number of
// chunks that are left and the number of the launch, and a thread takes a chunk
// by compare-and-swap on this word. If that succeeds, the launch is not over,
// so the job that the thread has read before belongs to this launch. Whether
// any chunk is left must be decided from the word alone.
//
// The workers wait for a new launch number, and the launching thread waits for
// the number of pending units to become 0. Both watch for a while and then
// sleep on a condition variable. The flags `sleepers` and `callerSleeps` avoid
// the lock when no thread sleeps. A sleeper sets its flag before it reads the
// counter for the last time, and the waker changes the counter before it reads
// the flag. Both use sequentially consistent order, so at least one of them
// sees the other's write.
//
//===----------------------------------------------------------------------===//

#include "runtime/ThreadPool.h"
#include "runtime/AvailableMemory.h"
#include "runtime/CpuQuota.h"
#include "runtime/Error.h"
#include "runtime/Processors.h"

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>

using namespace vib::runtime;
using Clock = std::chrono::steady_clock;

namespace {

/// A thread watches for this long before it sleeps. It is longer than the gaps
/// between the kernels of a step, and shorter than a slice of the scheduler.
constexpr std::chrono::microseconds watchTime(100);

/// After this part of the watch time a thread yields its processor. If both
/// threads run, most waits end earlier.
constexpr std::chrono::microseconds quietTime(10);

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// A thread gets at least this much work of a launch, even if starting it costs
/// little: its data have to move to its caches, too.
constexpr int64_t leastNanoseconds = 4000;

/// A launch that takes longer has waited for others that use the processors.
constexpr int64_t mostNanosecondsOfLaunch = 20000;

/// The rounding and denormal modes, without the exception flags. On x86-64 they
/// are the modes of the vector unit, because kernels use no other unit and
/// these modes are a single register.
#if defined(__x86_64__)
using Arithmetic = uint32_t;
Arithmetic getArithmetic() { return __builtin_ia32_stmxcsr() & ~0x3fu; }
void setArithmetic(Arithmetic modes) { __builtin_ia32_ldmxcsr(modes); }
#else
using Arithmetic = int;
Arithmetic getArithmetic() { return fegetround(); }
void setArithmetic(Arithmetic modes) { fesetround(modes); }
#endif

struct Range {
  int64_t begin, end;
};

Range getShare(int64_t units, int64_t share, int64_t ways) {
  return {units * share / ways, units * (share + 1) / ways};
}

/// The number of chunks of a share.
int countChunks(Range share) {
  uint64_t units = uint64_t(share.end - share.begin);
  return units > 0 ? 64 - __builtin_clzll(units) : 0;
}

} // namespace

static void launchOnWorkers(const VibCall *call, VibKernelFn kernel,
                            int64_t units, int64_t nanoseconds,
                            int64_t kernelIndex);

/// The threads of a pool. VibPool, which kernels know, is its first part.
struct vib::runtime::Workers : VibPool {
  /// What a pool does for those who create it.
  struct Purpose {
    bool bindsCaller; ///< To a processor, as it does the others.
    bool mayBeFewer;  ///< It works with fewer threads if there are no more.
  };
  Workers(int threads, Purpose purpose);
  ~Workers();

  void distribute(const VibCall *newCall, VibKernelFn newKernel,
                  int64_t newUnits, int64_t nanoseconds);

  int threads;
  /// The work that a launch gives each thread at least.
  int64_t nanosecondsOfThread = 0;
  std::vector<ThreadPool::KernelTime> profile;

private:
  /// The number of the launch in the upper bits, and the number of chunks that
  /// are left in the lower bits.
  struct alignas(64) Share {
    std::atomic<uint64_t> left{0};
  };
  static constexpr int chunkBits = 8;

  /// Watches until `done` is true. Returns false if the watch time ends first.
  template <typename Predicate> bool watch(Predicate done) const;
  int64_t runShare(uint64_t launch, int share);
  void run(uint64_t launch, int thread);
  int64_t measureLaunch();
  void work(int thread);
  void stop();

  // The job. Its fields are atomic because a late thread may read them while
  // the next launch writes them.
  std::atomic<const VibCall *> call{nullptr};
  std::atomic<VibKernelFn> kernel{nullptr};
  std::atomic<int64_t> units{0};
  std::atomic<int> active{0}; ///< Threads that take part.
  std::atomic<Arithmetic> arithmetic{};
  std::vector<Share> shares;

  /// False if there are more threads than processors: a watching thread would
  /// take the time of the others.
  bool watches;
  /// The caller's original processors, if the pool has changed them.
  std::vector<int> callersProcessors;
  /// The number of the launch.
  alignas(64) std::atomic<uint64_t> generation{0};
  alignas(64) std::atomic<int64_t> pending{0}; ///< Units not yet complete.
  alignas(64) std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable wakeWorkers;
  std::condition_variable wakeCaller;
  std::vector<std::thread> workers;
};

Workers::Workers(int count, Purpose purpose)
    : VibPool{launchOnWorkers}, threads(count),
      shares(size_t(std::max(count, 0))) {
  if (count < 1)
    fail("{} threads, expected 1 or more", count);
  std::vector<int> processors = allowedProcessors();
  watches = size_t(count) <= std::max<size_t>(processors.size(), 1);
  // Threads are bound only if they use all processors. Two smaller pools would
  // choose the same processors, and others would be idle.
  bool pins = count > 1 && size_t(count) == processors.size();
  if (pins) {
    // The caller stays on its processor, and the workers get the next ones.
    auto here =
        std::find(processors.begin(), processors.end(), currentProcessor());
    if (here != processors.end())
      std::rotate(processors.begin(), here, processors.end());
  }
  // Allocate before the first thread starts: after a failed allocation, the
  // destructor of a running thread would end the program.
  workers.reserve(size_t(count - 1));
  if (pins && purpose.bindsCaller)
    callersProcessors = allowedProcessors();
  try {
    for (int thread = 1; thread < count; ++thread) {
      int processor = pins ? processors[size_t(thread)] : -1;
      workers.emplace_back([this, thread, processor] {
        if (processor >= 0)
          keepTo(processor);
        work(thread);
      });
    }
  } catch (const std::system_error &error) {
    threads = int(workers.size()) + 1;
    if (!purpose.mayBeFewer) {
      stop();
      fail("cannot start {}, only {}: {}", counted(count, "thread"), threads,
           error.what());
    }
  } catch (...) {
    stop();
    throw;
  }
  if (pins && purpose.bindsCaller)
    keepTo(processors.front());
  // Two threads save half of the work and cost a launch.
  if (threads > 1)
    nanosecondsOfThread = std::max(leastNanoseconds, 2 * measureLaunch());
}

/// The nanoseconds of the fastest of many launches in which each thread does
/// nothing once; 0, which is unknown, if others use the processors. It is a
/// fraction of a microsecond if the processors share a cache, and up to twenty
/// if the host of a virtual machine has placed them far apart.
int64_t Workers::measureLaunch() {
  constexpr int launches = 200;
  constexpr std::chrono::milliseconds enough(5);
  std::atomic<int> missing{0};
  VibCall meeting = {};
  meeting.arena = &missing;
  auto meet = [](const VibCall *launched, int64_t begin, int64_t end) {
    auto &others = *static_cast<std::atomic<int> *>(launched->arena);
    others -= int(end - begin);
    for (int looks = 0; others > 0; ++looks)
      if (looks > 1000)
        std::this_thread::yield();
  };
  auto time = [&] {
    missing = threads;
    auto begin = Clock::now();
    distribute(&meeting, meet, threads, std::numeric_limits<int64_t>::max());
    return Clock::now() - begin;
  };
  // The first launch waits until all threads have begun to run.
  time();
  auto least = Clock::duration::max();
  auto start = Clock::now();
  for (int i = 0; i < launches && Clock::now() - start < enough; ++i)
    least = std::min(least, time());
  int64_t nanoseconds = std::chrono::nanoseconds(least).count();
  return nanoseconds > mostNanosecondsOfLaunch ? 0 : nanoseconds;
}

Workers::~Workers() {
  stop();
  keepTo(callersProcessors);
}

void Workers::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
    ++generation;
  }
  wakeWorkers.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

template <typename Predicate> bool Workers::watch(Predicate done) const {
  if (done())
    return true;
  if (!watches)
    return false;
  auto begin = Clock::now();
  while (true) {
    for (int i = 0; i < 32; ++i) {
      if (done())
        return true;
      relax();
    }
    auto waited = Clock::now() - begin;
    if (waited >= watchTime)
      return false;
    // The other thread may be waiting for this processor.
    if (waited >= quietTime)
      std::this_thread::yield();
  }
}

/// Runs chunks of a share until none is left, and returns the number of units
/// that were run.
int64_t Workers::runShare(uint64_t launch, int share) {
  const VibCall *jobCall = call.load(std::memory_order_relaxed);
  VibKernelFn jobKernel = kernel.load(std::memory_order_relaxed);
  int64_t jobUnits = units.load(std::memory_order_relaxed);
  int64_t ways = active.load(std::memory_order_relaxed);
  // The job may belong to a later launch. Then no chunk will be taken.
  auto [begin, end] = getShare(jobUnits, share, std::max<int64_t>(ways, 1));
  int chunks = countChunks({begin, end});
  std::atomic<uint64_t> &left = shares[size_t(share)].left;
  uint64_t word = left.load(std::memory_order_relaxed);
  int64_t done = 0;
  while (word >> chunkBits == launch) {
    int rest = int(word & ((1 << chunkBits) - 1));
    if (rest == 0)
      break;
    if (!left.compare_exchange_weak(word, word - 1, std::memory_order_acq_rel,
                                    std::memory_order_relaxed))
      continue;
    int chunk = chunks - rest;
    int64_t first = end - ((end - begin) >> chunk);
    int64_t last = end - ((end - begin) >> (chunk + 1));
    jobKernel(jobCall, first, last);
    done += last - first;
    word = left.load(std::memory_order_relaxed);
  }
  return done;
}

/// Runs the chunks of a launch that are left, first those of the thread's own
/// share.
void Workers::run(uint64_t launch, int thread) {
  int ways = active.load(std::memory_order_relaxed);
  int64_t done = 0;
  for (int i = 0; i < ways; ++i)
    done += runShare(launch, (thread + i) % ways);
  if (done > 0 && pending.fetch_sub(done) == done && callerSleeps.load()) {
    std::lock_guard<std::mutex> lock(mutex);
    wakeCaller.notify_one();
  }
}

void Workers::work(int thread) {
  uint64_t seen = 0;
  Arithmetic modes = getArithmetic();
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
    if (thread >= active.load(std::memory_order_relaxed))
      continue;
    Arithmetic wanted = arithmetic.load(std::memory_order_relaxed);
    if (modes != wanted)
      setArithmetic(modes = wanted);
    run(seen, thread);
  }
}

void Workers::distribute(const VibCall *newCall, VibKernelFn newKernel,
                         int64_t newUnits, int64_t nanoseconds) {
  int64_t ways =
      std::min({int64_t(threads), newUnits,
                nanoseconds / std::max<int64_t>(nanosecondsOfThread, 1)});
  if (ways <= 1) {
    if (newUnits > 0)
      newKernel(newCall, 0, newUnits);
    return;
  }
  uint64_t number = generation.load(std::memory_order_relaxed) + 1;
  call.store(newCall, std::memory_order_relaxed);
  kernel.store(newKernel, std::memory_order_relaxed);
  units.store(newUnits, std::memory_order_relaxed);
  active.store(int(ways), std::memory_order_relaxed);
  arithmetic.store(getArithmetic(), std::memory_order_relaxed);
  pending.store(newUnits, std::memory_order_relaxed);
  for (int64_t share = 0; share < ways; ++share)
    shares[size_t(share)].left.store(
        number << chunkBits |
            uint64_t(countChunks(getShare(newUnits, share, ways))),
        std::memory_order_relaxed);
  generation.store(number);
  if (sleepers.load() > 0) {
    // Taking the lock once ensures that a worker that is about to sleep does
    // not miss the notification.
    {
      std::lock_guard<std::mutex> lock(mutex);
    }
    wakeWorkers.notify_all();
  }
  run(number, 0);
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
    return new Workers(threads, {/*bindsCaller=*/false, /*mayBeFewer=*/false});
  } catch (const std::exception &) {
    return nullptr;
  }
}

extern "C" void vib_pool_destroy(VibPool *pool) {
  delete static_cast<Workers *>(pool);
}

extern "C" void vib_launch(const VibCall *call, VibKernelFn kernel,
                           int64_t units, int64_t nanoseconds,
                           int64_t kernelIndex) {
  if (call->pool)
    call->pool->launch(call, kernel, units, nanoseconds, kernelIndex);
  else
    kernel(call, 0, units);
}

static void launchOnWorkers(const VibCall *call, VibKernelFn kernel,
                            int64_t units, int64_t nanoseconds,
                            int64_t kernelIndex) {
  auto *pool = static_cast<Workers *>(call->pool);
  if (kernelIndex < 0 || size_t(kernelIndex) >= pool->profile.size()) {
    pool->distribute(call, kernel, units, nanoseconds);
    return;
  }
  auto begin = Clock::now();
  pool->distribute(call, kernel, units, nanoseconds);
  std::chrono::duration<double> time = Clock::now() - begin;
  ThreadPool::KernelTime &entry = pool->profile[size_t(kernelIndex)];
  ++entry.launches;
  entry.seconds += time.count();
}

namespace vib::runtime {

int availableProcessors() {
  double processors = double(allowedProcessors().size());
  // With more threads than the quota allows, the system would pause threads
  // while the others wait for them.
  processors = std::min(processors, cpuQuota().value_or(processors));
  return std::max(1, int(processors));
}

void useIeeeArithmetic() { fesetenv(FE_DFL_ENV); }

IeeeArithmetic::IeeeArithmetic() {
  fegetenv(&callers);
  useIeeeArithmetic();
}

IeeeArithmetic::~IeeeArithmetic() { fesetenv(&callers); }

ThreadPool::ThreadPool(int threads)
    : wantedThreads(threads),
      pool(new Workers(threadsThatFit(threads),
                       {/*bindsCaller=*/true, /*mayBeFewer=*/true})) {}
ThreadPool::~ThreadPool() = default;

VibPool *ThreadPool::handle() const { return pool.get(); }

int ThreadPool::threads() const { return pool->threads; }

double ThreadPool::leastWork() const {
  return double(pool->nanosecondsOfThread) / 1e9;
}

void ThreadPool::startProfile(uint32_t numKernels) {
  pool->profile.assign(numKernels, {});
}

const std::vector<ThreadPool::KernelTime> &ThreadPool::profile() const {
  return pool->profile;
}

} // namespace vib::runtime
