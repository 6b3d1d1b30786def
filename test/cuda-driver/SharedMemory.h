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

/// The addresses of an access's active lanes.
struct AddressRange {
  uint64_t least, most;
  uint64_t bits; ///< All that are set in one of them.

  AddressRange(const uint64_t *addresses, uint32_t active);
};

/// Checked for bounds, initialization and races. A launch's blocks use it one
/// after the other: what an earlier block wrote counts as never written.
class SharedMemory {
public:
  SharedMemory(const Kernel &kernel, uint32_t dynamicBytes);

  /// Poisons the memory for the next block.
  void beginBlock();
  void barrier();

  /// Checks an access of `bytes` at each active lane's address, which is
  /// aligned, and notes it. `who` is the phase and thread of lane 0; `together`
  /// says that the warp acts as one.
  void read(const uint64_t *addresses, uint32_t active, unsigned bytes,
            uint32_t who, bool together = false);
  void write(const uint64_t *addresses, uint32_t active, unsigned bytes,
             uint32_t who);
  /// An atomic operation of a thread.
  void update(uint64_t address, unsigned bytes, uint32_t who, unsigned lane);
  /// From now on until `land` the bytes may not be touched.
  void expect(const uint64_t *addresses, uint32_t active, unsigned bytes,
              uint32_t who);
  void land(uint64_t address, unsigned bytes, const void *data, uint32_t who);

  uint8_t *at(uint64_t address) { return data.data() + address; }

private:
  /// Addresses that a kernel may touch.
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
  uint32_t oldest = 0; ///< Words below are of an earlier block.
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_SHAREDMEMORY_H
