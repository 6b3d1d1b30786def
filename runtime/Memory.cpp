//===- Memory.cpp - Aligned memory for blocks and the arena ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Memory.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

namespace vib::runtime {

namespace {

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
// On the heap, AddressSanitizer detects accesses beyond both ends.
void *allocate(uint64_t bytes) {
  void *base = nullptr;
  if (posix_memalign(&base, 4096, bytes) != 0)
    return nullptr;
  return memset(base, 0, bytes);
}
void release(void *base, uint64_t) { free(base); }
constexpr bool together = false;
#else
void *allocate(uint64_t bytes) {
  // Large pages are aligned to their size.
  constexpr uint64_t page = 2 << 20;
  uint64_t mapped = bytes < page ? bytes : bytes + page;
  void *base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return nullptr;
  if (bytes < page)
    return base;
  char *begin = static_cast<char *>(base);
  uint64_t before = (page - uintptr_t(begin) % page) % page;
  uint64_t kept = (bytes + 4095) / 4096 * 4096;
  if (before)
    munmap(begin, before);
  if (before + kept < mapped)
    munmap(begin + before + kept, mapped - before - kept);
  // This is a hint: a system without large pages uses small ones.
  madvise(begin + before, kept, MADV_HUGEPAGE);
  return begin + before;
}
void release(void *base, uint64_t bytes) { munmap(base, bytes); }
constexpr bool together = true;
#endif

std::shared_ptr<char> share(uint64_t bytes, const std::string &what) {
  if (bytes == 0)
    return nullptr;
  requireMemory(bytes, what);
  void *base = allocate(bytes);
  if (!base)
    fail("{}: out of memory: {} are needed: {}", what, formatBytes(bytes),
         strerror(errno));
  return {static_cast<char *>(base),
          [bytes](char *begin) { release(begin, bytes); }};
}

} // namespace

Memory::Memory(uint64_t size, const std::string &what)
    : base(share(size, what)), bytes(size) {}

std::vector<Memory> Memory::allocateTogether(std::vector<uint64_t> sizes,
                                             const std::string &what) {
  std::vector<Memory> result;
  if (!together) {
    for (uint64_t size : sizes)
      result.push_back(Memory(size, what));
    return result;
  }
  // An update reads the same elements of all blocks. If the blocks were a
  // multiple of 4096 bytes apart, these would compete for the same lines of the
  // first-level cache.
  constexpr uint64_t page = 4096, stagger = 832;
  std::vector<uint64_t> offsets;
  uint64_t total = 0;
  for (uint64_t size : sizes) {
    offsets.push_back(total + offsets.size() * stagger % page);
    if (size)
      total = (offsets.back() + size + page - 1) / page * page;
  }
  std::shared_ptr<char> whole = share(total, what);
  for (size_t i = 0; i < sizes.size(); ++i) {
    Memory piece;
    piece.bytes = sizes[i];
    if (sizes[i])
      piece.base = {whole, whole.get() + offsets[i]};
    result.push_back(std::move(piece));
  }
  return result;
}

} // namespace vib::runtime
