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

namespace vib::runtime {

/// Zeroed memory at a multiple of 4096 bytes, in large pages where the system
/// gives them. Empty (null) if `bytes` is 0.
class Memory {
public:
  Memory() = default;
  explicit Memory(uint64_t bytes);
  Memory(Memory &&other) noexcept;
  Memory &operator=(Memory &&other) noexcept;
  ~Memory();

  void *data() const { return base; }
  uint64_t size() const { return bytes; }
  template <typename T> T *as(uint64_t offset = 0) const {
    return reinterpret_cast<T *>(static_cast<char *>(base) + offset);
  }

private:
  void *base = nullptr;
  uint64_t bytes = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_MEMORY_H
