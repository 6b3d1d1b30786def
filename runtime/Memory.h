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

/// Zeroed memory at a multiple of 64 bytes, in large pages where it fills one
/// and the system gives them. Empty (null) if `bytes` is 0.
class Memory {
public:
  Memory() = default;
  /// `what` it is for begins the Error where there is not so much.
  Memory(uint64_t bytes, const std::string &what);
  Memory(Memory &&) = default;
  Memory &operator=(Memory &&) = default;

  /// Pieces of one piece of memory, placed so that they do not compete for
  /// caches when they are walked side by side.
  static std::vector<Memory> allocateTogether(std::vector<uint64_t> sizes,
                                              const std::string &what);

  void *data() const { return base.get(); }
  uint64_t size() const { return bytes; }
  template <typename T> T *as(uint64_t offset = 0) const {
    return reinterpret_cast<T *>(base.get() + offset);
  }

private:
  std::shared_ptr<char> base; ///< Pieces share what they are part of.
  uint64_t bytes = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_MEMORY_H
