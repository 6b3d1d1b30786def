//===- Block.h - A thread block of a launch ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_BLOCK_H
#define VIB_TEST_CUDADRIVER_BLOCK_H

#include "test/cuda-driver/DeviceMemory.h"
#include "test/cuda-driver/SharedMemory.h"
#include "test/cuda-driver/Warp.h"

#include <memory>
#include <random>
#include <vector>

namespace vib::cuda {

struct Shape {
  uint32_t x = 1, y = 1, z = 1;

  uint64_t count() const { return uint64_t(x) * y * z; }
};

/// A launch, with a copy of its arguments.
struct Launch {
  std::shared_ptr<const Kernel> kernel;
  Shape blocks, threads;
  uint32_t dynamicShared = 0;
  std::vector<uint8_t> parameters;
};

/// The start of the windows for shared and local memory in generic addresses.
constexpr uint64_t sharedWindow = 0x7B0000000000;
constexpr uint64_t localWindow = 0x7C0000000000;
constexpr uint64_t windowBytes = uint64_t(1) << 32;

class Block {
public:
  /// With `seed` 0, the warps run in order, each until it has to wait.
  Block(const Launch &launch, DeviceMemory &memory, uint64_t launchNumber,
        uint64_t seed);

  /// Runs the block with the given number.
  void run(uint64_t number);

  /// Resolves and checks an access of `bytes` at each active lane's address in
  /// a space. Returns the host addresses in `host`. Written bytes become
  /// initialized.
  void access(Warp &warp, Space space, const uint64_t *addresses,
              unsigned bytes, bool isWrite, uint8_t **host);
  /// The same for an atomic operation, which does not conflict with other
  /// atomic operations.
  void accessAtomic(Warp &warp, Space space, const uint64_t *addresses,
                    unsigned bytes, uint8_t **host);
  /// The same for cp.async from `source`, of which it reads `sourceBytes`.
  /// Returns the host addresses of those in `host`.
  void accessAsync(Warp &warp, const uint64_t *target, const uint64_t *source,
                   const uint32_t *sourceBytes, unsigned bytes, uint8_t **host);
  /// Fails unless the address of every lane in `active` is a multiple of
  /// `bytes`.
  static void checkAlignment(const uint64_t *addresses, uint32_t active,
                             unsigned bytes);

  const Launch &launch;
  DeviceMemory &memory;
  SharedMemory shared;
  Shape position; ///< The position in the grid.
  uint64_t executed = 0, executedByLanes = 0;
  /// The warp that runs, for messages.
  const Warp *running = nullptr;

private:
  enum class Access : uint8_t { Read, Write, Atomic };

  void accessGlobal(Warp &warp, const uint64_t *addresses, uint32_t active,
                    unsigned bytes, Access access, uint8_t **host);
  void accessLocal(Warp &warp, const uint64_t *addresses, uint32_t active,
                   unsigned bytes, bool isWrite, uint8_t **host);
  void accessParameters(const uint64_t *addresses, uint32_t active,
                        unsigned bytes, bool isWrite, uint8_t **host);
  void checkHistory(Allocation &allocation, uint64_t address, unsigned bytes,
                    Access access, uint64_t now, unsigned lane);
  void releaseBarriers();
  [[noreturn]] void failBarrier();
  uint64_t random(uint64_t below) { return generator() % below; }

  std::vector<std::unique_ptr<Warp>> warps;
  std::vector<uint32_t> ready; ///< Warps that can run.
  size_t finished = 0;
  uint64_t launchNumber, seed;
  uint64_t number = 0;
  uint64_t barriers = 0; ///< The barriers of the block so far.
  unsigned granuleShift;
  Allocation *lastAllocation = nullptr;
  std::mt19937_64 generator;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_BLOCK_H
