//===- Threads.cpp - The thread pool --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Processors.h"
#include "runtime/ThreadPool.h"
#include "test/runtime/Samples.h"

#include <pthread.h>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <limits>
#include <thread>

using namespace vib::runtime;
using vib::runtime::test::sanitized;

namespace {

constexpr int64_t maxUnits = 1000;

/// The time of a kernel that is worth all threads.
constexpr int64_t allThreads = std::numeric_limits<int64_t>::max();

/// What the kernels below write, in place of an arena.
struct Board {
  std::atomic<int> visits[maxUnits] = {};
  std::atomic<int> ranges{0};
};

VibCall makeCall(Board &board, VibPool *pool) {
  VibCall call = {};
  call.arena = &board;
  call.pool = pool;
  return call;
}

void visit(const VibCall *call, int64_t begin, int64_t end) {
  Board &board = *static_cast<Board *>(call->arena);
  ++board.ranges;
  for (int64_t i = begin; i < end; ++i)
    ++board.visits[i];
}

void expectOnce(const Board &board, int64_t units) {
  for (int64_t i = 0; i < maxUnits; ++i)
    ASSERT_EQ(board.visits[i], i < units ? 1 : 0) << i << " of " << units;
}

TEST(ThreadPool, EveryUnitRunsOnce) {
  for (int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (int64_t units : {0, 1, 2, 3, 8, 1000}) {
      Board board;
      VibCall call = makeCall(board, pool.handle());
      vib_launch(&call, visit, units, allThreads, 0);
      expectOnce(board, units);
      // A share of 1000 units is ten chunks.
      EXPECT_LE(board.ranges, threads * 10);
    }
  }
}

TEST(ThreadPool, NoPoolMeansTheCaller) {
  Board board;
  VibCall call = makeCall(board, nullptr);
  vib_launch(&call, visit, 10, allThreads, 0);
  expectOnce(board, 10);
  EXPECT_EQ(board.ranges, 1);
}

TEST(ThreadPool, LittleWorkStaysWithTheCaller) {
  ThreadPool pool(3);
  // What starting a thread costs is measured; its data have to move, too.
  EXPECT_GE(pool.leastWork(), 4e-6);
  EXPECT_LE(pool.leastWork(), 40e-6);
  auto countRanges = [&](int64_t units, double work) {
    Board board;
    VibCall call = makeCall(board, pool.handle());
    vib_launch(&call, visit, units, int64_t(1e9 * pool.leastWork() * work), 0);
    expectOnce(board, units);
    return board.ranges.load();
  };
  EXPECT_EQ(countRanges(20, 0), 1);
  EXPECT_EQ(countRanges(20, 1.9), 1);
  // Two shares of ten units: 5, 3, 1, 1 of each.
  EXPECT_EQ(countRanges(20, 2.1), 8);
  EXPECT_EQ(countRanges(1000, 1.9), 1);
  // No thread without a unit.
  EXPECT_EQ(countRanges(1, 1000), 1);
  EXPECT_EQ(countRanges(0, 1000), 0);
}

TEST(ThreadPool, OneThreadStartsNone) {
  EXPECT_EQ(ThreadPool(1).leastWork(), 0);
}

/// The first unit is not done before those outside its chunk are.
void holdFirst(const VibCall *call, int64_t begin, int64_t end) {
  Board &board = *static_cast<Board *>(call->arena);
  if (begin == 0)
    for (int64_t i = end; i < 32; ++i)
      while (board.visits[i] == 0)
        std::this_thread::yield();
  visit(call, begin, end);
}

TEST(ThreadPool, AThreadThatIsHeldUpLosesItsUnits) {
  ThreadPool pool(2);
  for (int i = 0; i < 100; ++i) {
    Board board;
    VibCall call = makeCall(board, pool.handle());
    vib_launch(&call, holdFirst, 32, allThreads, 0);
    expectOnce(board, 32);
  }
}

// A thread that is still at a launch of few units when the next one, of many,
// is being set up must not take these for units that its launch has left.
TEST(ThreadPool, AThreadThatComesLateTakesNothing) {
  ThreadPool pool(4);
  Board board;
  VibCall call = makeCall(board, pool.handle());
  int64_t launches = 0;
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (std::chrono::steady_clock::now() < end) {
    vib_launch(&call, visit, 4, allThreads, 0);
    vib_launch(&call, visit, 64, allThreads, 0);
    ++launches;
    for (int64_t i = 0; i < 64; ++i)
      ASSERT_EQ(board.visits[i].exchange(0), i < 4 ? 2 : 1)
          << "unit " << i << " of launch " << launches;
  }
}

/// Each unit waits for all, so that every thread of the pool has one.
void meet(const VibCall *call, int64_t begin, int64_t end) {
  Board &board = *static_cast<Board *>(call->arena);
  int units = call->step.rows;
  ASSERT_EQ(end - begin, 1);
  ++board.ranges;
  while (board.ranges < units)
    std::this_thread::yield();
  EXPECT_EQ(allowedProcessors().size(), 1u);
  ++board.visits[currentProcessor() % maxUnits];
}

TEST(ThreadPool, ThreadsHaveProcessorsOfTheirOwn) {
  std::vector<int> before = allowedProcessors();
  // Not availableProcessors(), which may be fewer where a quota is set.
  int threads = int(before.size());
  if (threads == 1)
    GTEST_SKIP() << "there is one processor; it needs two";
  {
    ThreadPool pool(threads);
    Board board;
    VibCall call = makeCall(board, pool.handle());
    call.step.rows = threads;
    vib_launch(&call, meet, threads, allThreads, 0);
    for (int processor : before)
      EXPECT_EQ(board.visits[processor % maxUnits], 1) << processor;
  }
  EXPECT_EQ(allowedProcessors(), before);
  // Fewer than all would be the same ones in every program.
  ThreadPool pool(1);
  EXPECT_EQ(allowedProcessors(), before);
  // Others that call a pool have threads of their own to think of.
  VibPool *foreign = vib_pool_create(threads);
  EXPECT_EQ(allowedProcessors(), before);
  vib_pool_destroy(foreign);
}

/// A chain of kernels that each read all of what the one before wrote: a launch
/// that returned too early, or a write that is not seen, breaks the sum.
struct Chain {
  int64_t values[64];
  int64_t next[64];
};

void sumAll(const VibCall *call, int64_t begin, int64_t end) {
  Chain &chain = *static_cast<Chain *>(call->arena);
  for (int64_t i = begin; i < end; ++i) {
    int64_t sum = 0;
    for (int64_t value : chain.values)
      sum += value;
    chain.next[i] = sum % 1000003 + i;
  }
}

void copyBack(const VibCall *call, int64_t begin, int64_t end) {
  Chain &chain = *static_cast<Chain *>(call->arena);
  for (int64_t i = begin; i < end; ++i)
    chain.values[i] = chain.next[i];
}

int64_t runChain(VibPool *pool, int steps) {
  Chain chain = {};
  chain.values[5] = 1;
  VibCall call = {};
  call.arena = &chain;
  call.pool = pool;
  for (int i = 0; i < steps; ++i) {
    vib_launch(&call, sumAll, 64, allThreads, 0);
    vib_launch(&call, copyBack, 64, allThreads, 1);
    // Long enough for the workers to fall asleep now and then.
    if (i % 200 == 199)
      std::this_thread::sleep_for(std::chrono::microseconds(300));
  }
  return chain.values[63];
}

TEST(ThreadPool, LaunchesAreOrdered) {
  int64_t expected = runChain(nullptr, 2000);
  for (int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    EXPECT_EQ(runChain(pool.handle(), 2000), expected) << threads;
  }
}

TEST(ThreadPool, ProfileCountsLaunches) {
  ThreadPool pool(2);
  Board board;
  VibCall call = makeCall(board, pool.handle());
  vib_launch(&call, visit, 10, allThreads, 1);
  EXPECT_TRUE(pool.profile().empty());
  pool.startProfile(2);
  vib_launch(&call, visit, 10, allThreads, 1);
  vib_launch(&call, visit, 10, allThreads, 1);
  vib_launch(&call, visit, 10, allThreads, 2); // Not one of the two.
  ASSERT_EQ(pool.profile().size(), 2u);
  EXPECT_EQ(pool.profile()[0].launches, 0u);
  EXPECT_EQ(pool.profile()[1].launches, 2u);
  EXPECT_GT(pool.profile()[1].seconds, 0);
}

/// Whether 2^-149, the least denormal, survives as operand and as result.
void checkDenormals(const VibCall *call, int64_t begin, int64_t end) {
  Board &board = *static_cast<Board *>(call->arena);
  volatile float least = 0x1p-149f, least2 = 0x1p-148f;
  for (int64_t i = begin; i < end; ++i)
    board.visits[i] = least2 * 0.5f == least && least > 0 ? 1 : 2;
}

TEST(ThreadPool, WorkersHaveTheCallersArithmetic) {
  ThreadPool pool(3);
  Board board;
  VibCall call = makeCall(board, pool.handle());
#if defined(__x86_64__)
  // Flush to zero, denormals are zero.
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
  vib_launch(&call, checkDenormals, 6, allThreads, 0);
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(board.visits[i], 2) << i;
#endif
  fesetround(FE_UPWARD);
  useIeeeArithmetic();
  EXPECT_EQ(fegetround(), FE_TONEAREST);
  vib_launch(&call, checkDenormals, 6, allThreads, 0);
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(board.visits[i], 1) << i;
}

/// Makes the stacks of new threads so large that none can be started, as where
/// a control group or a user has no more threads to start.
class NoNewThreads {
public:
  NoNewThreads() {
    pthread_getattr_default_np(&before);
    pthread_attr_t huge = before;
    pthread_attr_setstacksize(&huge, size_t(1) << 46);
    EXPECT_EQ(pthread_setattr_default_np(&huge), 0);
  }
  ~NoNewThreads() { pthread_setattr_default_np(&before); }

private:
  pthread_attr_t before;
};

TEST(ThreadPool, WhereNoThreadCanBeStartedTheCallerDoesTheWork) {
  if (sanitized)
    GTEST_SKIP() << "sanitizers need all of the address space";
  NoNewThreads none;
  ThreadPool pool(4);
  EXPECT_EQ(pool.threads(), 1);
  EXPECT_EQ(pool.wanted(), 4);
  Board board;
  VibCall call = makeCall(board, pool.handle());
  vib_launch(&call, visit, 100, allThreads, 0);
  expectOnce(board, 100);
  // Others are promised all or none.
  EXPECT_EQ(vib_pool_create(4), nullptr);
}

TEST(ThreadPool, AbsurdNumbersAreErrors) {
  EXPECT_ERROR(ThreadPool(0), "0 threads");
  EXPECT_ERROR(ThreadPool(-3), "-3 threads");
  EXPECT_GE(availableProcessors(), 1);
}

} // namespace
