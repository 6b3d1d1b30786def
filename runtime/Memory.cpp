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
#include <cstdlib>
#include <cstring>
#include <utility>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

namespace vib::runtime {

namespace {

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
// From the heap, where AddressSanitizer watches both ends.
void *allocate(uint64_t bytes) {
  void *base = nullptr;
  if (posix_memalign(&base, 4096, bytes) != 0)
    return nullptr;
  return memset(base, 0, bytes);
}
void release(void *base, uint64_t) { free(base); }
#else
void *allocate(uint64_t bytes) {
  void *base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return nullptr;
  // A hint; a system without large pages goes on with small ones.
  madvise(base, bytes, MADV_HUGEPAGE);
  return base;
}
void release(void *base, uint64_t bytes) { munmap(base, bytes); }
#endif

} // namespace

Memory::Memory(uint64_t size) : bytes(size) {
  if (bytes == 0)
    return;
  base = allocate(bytes);
  if (!base)
    fail("out of memory: {} bytes are needed: {}", bytes, strerror(errno));
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
    release(base, bytes);
}

} // namespace vib::runtime
