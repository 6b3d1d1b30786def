//===- DeviceMemory.cpp - The memory of a device --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/DeviceMemory.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>

using namespace vib::cuda;

Pages::Pages(size_t bytes) : bytes(std::max<size_t>(bytes, 1)) {
  void *mapped = mmap(nullptr, this->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED)
    throw std::bad_alloc();
  pages = static_cast<uint8_t *>(mapped);
}

Pages::~Pages() { munmap(pages, bytes); }

void Pages::clear() { madvise(pages, bytes, MADV_DONTNEED); }

Allocation::Allocation(uint64_t address, size_t size)
    : address(address), size(size), data(size), initialized(size),
      history(size * sizeof(GlobalHistory)) {
  std::memset(data.data(), 0xFF, size);
}

Allocation *DeviceMemory::allocate(size_t size, size_t align) {
  if (size > free())
    return nullptr;
  // The gap is large enough that a small error does not reach the next
  // allocation.
  constexpr uint64_t gap = 4096;
  uint64_t address = (nextAddress + align - 1) / align * align;
  if (address / align % 2 == 0)
    address += align;
  auto allocation = std::make_unique<Allocation>(address, size);
  nextAddress = address + size + gap;
  used += size;
  return (allocations[address] = std::move(allocation)).get();
}

bool DeviceMemory::release(uint64_t address) {
  auto found = allocations.find(address);
  if (found == allocations.end())
    return false;
  used -= found->second->size;
  released[address] = found->second->size;
  allocations.erase(found);
  return true;
}

Allocation *DeviceMemory::find(uint64_t address) {
  auto after = allocations.upper_bound(address);
  if (after == allocations.begin())
    return nullptr;
  Allocation *allocation = std::prev(after)->second.get();
  return allocation->contains(address, 1) ? allocation : nullptr;
}

std::string DeviceMemory::describe(uint64_t address) {
  if (Allocation *inside = find(address))
    return fmt::format("byte {} of the allocation of {} bytes at {:#x}",
                       address - inside->address, inside->size,
                       inside->address);
  auto freed = released.upper_bound(address);
  if (freed != released.begin()) {
    --freed;
    if (address - freed->first < freed->second)
      return fmt::format("in memory that was freed, {} bytes at {:#x}",
                         freed->second, freed->first);
  }
  auto after = allocations.upper_bound(address);
  if (after != allocations.begin()) {
    const Allocation &before = *std::prev(after)->second;
    uint64_t beyond = address - before.address - before.size;
    if (beyond < 4096)
      return fmt::format("{} bytes behind the allocation of {} bytes at {:#x}",
                         beyond, before.size, before.address);
  }
  return "in no allocation";
}

void DeviceMemory::clearHistory() {
  for (auto &entry : allocations)
    entry.second->history.clear();
}
