//===- DeviceMemory.h - The memory of a device ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Device addresses are made up and never reused, so an address of the host or
// of freed memory is never mistaken for another. An allocation is aligned to
// 256 bytes and not to 512, and has exactly the requested size.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_DEVICEMEMORY_H
#define VIB_TEST_CUDADRIVER_DEVICEMEMORY_H

#include "test/cuda-driver/Shadow.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace vib::cuda {

/// Zeroed pages, which are allocated when they are first used.
class Pages {
public:
  explicit Pages(size_t bytes);
  ~Pages();
  Pages(const Pages &) = delete;
  Pages &operator=(const Pages &) = delete;

  uint8_t *data() const { return pages; }
  /// Resets all bytes to zero.
  void clear();

private:
  uint8_t *pages;
  size_t bytes;
};

/// The last write of a granule and the reads since (see Shadow.h). The epoch of
/// these is
///
///   launch: 14 bits | block: 20 bits | barriers of the block: 13 bits
struct GlobalHistory {
  uint64_t write, read;
};

struct Allocation {
  Allocation(uint64_t address, size_t size);

  bool contains(uint64_t first, size_t bytes) const {
    return first >= address && first - address < size &&
           bytes <= size - (first - address);
  }

  uint64_t address;
  size_t size;
  Pages data;
  Pages initialized; ///< A byte of 1 for each written one.
  Pages history;     ///< At most a GlobalHistory per byte.
};

class DeviceMemory {
public:
  explicit DeviceMemory(size_t capacity) : capacity(capacity) {}

  /// Returns null if there is not enough memory.
  Allocation *allocate(size_t size, size_t align = 256);
  /// Returns whether an allocation begins at the address.
  bool release(uint64_t address);
  /// The allocation that contains an address, or null.
  Allocation *find(uint64_t address);
  /// Describes what is at an address.
  std::string describe(uint64_t address);

  size_t free() const { return capacity - used; }
  size_t total() const { return capacity; }
  /// Forgets all accesses.
  void clearHistory();

private:
  size_t capacity;
  size_t used = 0;
  uint64_t nextAddress = 0x7A0000000000;
  std::map<uint64_t, std::unique_ptr<Allocation>> allocations;
  std::map<uint64_t, size_t> released;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_DEVICEMEMORY_H
