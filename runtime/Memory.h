//===- Memory.h - Aligned memory for blocks and the arena -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_MEMORY_H
#define VIB_RUNTIME_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vib::runtime {

/// Zeroed memory, aligned to 64 bytes. It uses large pages if it is large
/// enough and the system has them. Empty (null) if `bytes` is 0.
class Memory {
public:
  Memory() = default;
  /// `what` it is for begins the Error where there is not so much.
  Memory(uint64_t bytes, const std::string &what);
  Memory(Memory &&) = default;
  Memory &operator=(Memory &&) = default;

  /// Allocates several blocks together. They are placed such that the same
  /// elements of two blocks do not compete for a line of the cache.
  static std::vector<Memory> allocateTogether(std::vector<uint64_t> sizes,
                                              const std::string &what);

  void *data() const { return base.get(); }
  uint64_t size() const { return bytes; }
  template <typename T> T *as(uint64_t offset = 0) const {
    return reinterpret_cast<T *>(base.get() + offset);
  }

private:
  std::shared_ptr<char> base; ///< Blocks allocated together share it.
  uint64_t bytes = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_MEMORY_H
