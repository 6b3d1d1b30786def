//===- Warp.h - 32 threads that execute together ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Lanes that took different paths are groups, each with a program counter. The
// group that is furthest behind runs, so that groups meet again where their
// paths do. A group that needs lanes which are not in it (for a barrier, mma,
// shfl) waits for them while the others run. If no group can run, the kernel
// has diverged where it must not, which is reported.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_WARP_H
#define VIB_TEST_CUDADRIVER_WARP_H

#include "test/cuda-driver/Program.h"
#include "test/cuda-driver/Shadow.h"

#include <memory>
#include <random>

namespace vib::cuda {

class Block;

/// A cp.async of a warp that has not been performed yet.
struct AsyncCopy {
  uint32_t lanes;
  uint32_t bytes;
  uint64_t target[32];
  const uint8_t *source[32];
  uint8_t sourceBytes[32]; ///< The rest is zero.
  uint32_t group[32];      ///< The number of the lane's group.
};

class Warp {
public:
  enum class Stop : uint8_t { Slice, Barrier, Finished };

  Warp(Block &block, const Kernel &kernel, uint32_t index);

  /// Starts the kernel with the given number of threads.
  void begin(uint32_t numThreads);
  /// Runs until something stops the warp, at most `budget` instructions.
  Stop run(uint64_t budget);

  // For the handlers of instructions.

  template <typename T> T *lanes(Slot slot) {
    return reinterpret_cast<T *>(registers + slot);
  }
  uint32_t &predicate(Slot slot) {
    return *reinterpret_cast<uint32_t *>(registers + slot);
  }
  /// Sets a predicate for the active lanes.
  void setPredicate(Slot slot, uint32_t value) {
    uint32_t &old = predicate(slot);
    old = (old & ~active) | (value & active);
  }
  /// The addresses of all lanes, including the offset.
  void addresses(const Instruction &i, uint64_t *result);
  /// The phase and thread of lane 0, in the format of Shadow.h.
  uint32_t who() const { return phase << shadow::threadBits | 32 * index; }
  /// Performs the copies of `lanes` in groups below `end[lane]`.
  void land(uint32_t lanes, const uint32_t *end);
  void landAll();

  Block &block;
  const Kernel &kernel;
  const uint32_t index;
  /// The lanes for which the current instruction runs.
  uint32_t active = 0;
  uint32_t carry = 0; ///< For add.cc etc., a bit per lane.
  uint32_t phase = 0; ///< See Shadow.h.
  std::vector<AsyncCopy> copies;
  uint32_t asyncGroup[32];
  uint8_t *local = nullptr;            ///< Lane after lane.
  uint8_t *localInitialized = nullptr; ///< 1 for each initialized byte.

  // For the barriers of the block and for messages.

  uint32_t barrier = 0;        ///< The barrier at which it waits.
  uint32_t barrierThreads = 0; ///< 0 means the whole block.
  bool isWaiting = false;
  bool isFinished = false;
  const Instruction *current = nullptr;
  uint64_t executed = 0; ///< Instructions executed.
  uint64_t executedByLanes = 0;

private:
  struct Group {
    uint32_t pc;
    uint32_t lanes;
    bool waits;
  };

  /// Splits off the lanes that continue at `pc`.
  void split(uint32_t pc, uint32_t lanes);
  /// Suspends the group and continues with another. `missing` are the lanes for
  /// which it waits.
  void wait(uint32_t missing);
  /// Continues with the group that is furthest behind and need not wait.
  bool selectGroup();
  /// The same if that group is behind the running one; also merges groups at
  /// the same place.
  void reschedule();
  void branchIndexed(const Instruction &i);
  bool exit();
  bool canRunNamed(const Instruction &i);
  [[noreturn]] void failDivergence();

  std::unique_ptr<uint8_t[]> memory;
  uint8_t *registers;
  std::unique_ptr<uint8_t[]> localMemory;
  const Instruction *code;
  uint32_t pc = 0;
  uint32_t lanesHere = 0; ///< The lanes of the running group.
  uint32_t limit = ~0u;   ///< The pc of the next group ahead.
  uint32_t live = 0;      ///< Lanes that have not ended.
  uint32_t started = 0;
  std::vector<Group> groups; ///< The groups that do not run.
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_WARP_H
