//===- Memory.cpp - Aligned memory for blocks and the arena ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Memory.h"
#include "runtime/Error.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace vib::runtime {

Memory::Memory(uint64_t size) : bytes(size) {
  if (bytes == 0)
    return;
  base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) {
    base = nullptr;
    fail("out of memory: {} bytes are needed: {}", bytes, strerror(errno));
  }
  // A hint; a system without large pages goes on with small ones.
  madvise(base, bytes, MADV_HUGEPAGE);
}

Memory::Memory(Memory &&other) noexcept
    : base(std::exchange(other.base, nullptr)),
      bytes(std::exchange(other.bytes, 0)) {}

Memory &Memory::operator=(Memory &&other) noexcept {
  std::swap(base, other.base);
  std::swap(bytes, other.bytes);
  return *this;
}

Memory::~Memory() {
  if (base)
    munmap(base, bytes);
}

} // namespace vib::runtime
