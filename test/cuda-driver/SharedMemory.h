//===- SharedMemory.h - The shared memory of a block ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_SHAREDMEMORY_H
#define VIB_TEST_CUDADRIVER_SHAREDMEMORY_H

#include "test/cuda-driver/DeviceMemory.h"
#include "test/cuda-driver/Program.h"

namespace vib::cuda {

/// The range of the addresses of an access's active lanes.
struct AddressRange {
  uint64_t least, most;
  uint64_t bits; ///< The bits set in any address.

  AddressRange(const uint64_t *addresses, uint32_t active);
};

/// Shared memory with checks for bounds, initialization and races. The blocks
/// of a launch use it one after the other; data of an earlier block counts as
/// uninitialized.
class SharedMemory {
public:
  SharedMemory(const Kernel &kernel, uint32_t dynamicBytes);

  /// Prepares the memory for the next block, and poisons it.
  void beginBlock();
  void barrier();

  /// Checks and records an access of `bytes` at each active lane's address,
  /// which is aligned. `who` is the phase and thread of lane 0. `together` says
  /// that the warp acts as one.
  void read(const uint64_t *addresses, uint32_t active, unsigned bytes,
            uint32_t who, bool together = false);
  void write(const uint64_t *addresses, uint32_t active, unsigned bytes,
             uint32_t who);
  /// Checks and records an atomic operation of a thread.
  void update(uint64_t address, unsigned bytes, uint32_t who, unsigned lane);
  /// Forbids access to the bytes until `land`.
  void expect(const uint64_t *addresses, uint32_t active, unsigned bytes,
              uint32_t who);
  void land(uint64_t address, unsigned bytes, const void *data, uint32_t who);

  uint8_t *at(uint64_t address) { return data.data() + address; }

private:
  /// The addresses that a kernel may access.
  struct Range {
    uint64_t begin, end;
  };

  void checkBounds(const uint64_t *addresses, uint32_t active, unsigned bytes);
  template <unsigned count>
  void noteRead(uint64_t first, unsigned lane, uint32_t now);
  bool isInside(uint64_t address, unsigned bytes) const;
  [[noreturn]] void failRead(uint64_t granule, unsigned lane, uint32_t word);
  [[noreturn]] void failWrite(uint64_t granule, unsigned lane, uint32_t now);
  void noteWrites(const uint64_t *addresses, uint32_t active, unsigned bytes,
                  uint32_t who, bool arrivesLater);

  std::vector<Range> ranges;
  Pages data, writes, reads;
  uint32_t *lastWrite, *lastRead;
  unsigned granuleShift;
  uint32_t epoch = 0;
  uint32_t oldest = 0; ///< Lower words are of earlier blocks.
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_SHAREDMEMORY_H
