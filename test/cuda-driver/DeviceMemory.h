//===- DeviceMemory.h - The memory of a device ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Addresses are made up and never given out twice, so that an address of the
// host, or of something freed, is never taken for another. An allocation is
// aligned to 256 bytes and to nothing more; it has exactly the bytes asked for.
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

/// Zeroed pages, present once they are touched.
class Pages {
public:
  explicit Pages(size_t bytes);
  ~Pages();
  Pages(const Pages &) = delete;
  Pages &operator=(const Pages &) = delete;

  uint8_t *data() const { return pages; }
  /// Zero again.
  void clear();

private:
  uint8_t *pages;
  size_t bytes;
};

/// The last write of a granule, and its reads since, as Shadow.h says. Their
/// epoch is
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
  Pages initialized; ///< A byte of 1 for each that was written.
  Pages history;     ///< A GlobalHistory for each byte at most.
};

class DeviceMemory {
public:
  explicit DeviceMemory(size_t capacity) : capacity(capacity) {}

  /// Null where the memory does not suffice.
  Allocation *allocate(size_t size, size_t align = 256);
  /// Whether an allocation begins there.
  bool release(uint64_t address);
  /// The allocation that holds an address, or null.
  Allocation *find(uint64_t address);
  /// What lies at an address, in words.
  std::string describe(uint64_t address);

  size_t free() const { return capacity - used; }
  size_t total() const { return capacity; }
  /// Forgets who touched what.
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
