//===- SharedMemory.cpp - The shared memory of a block --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/SharedMemory.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;
using namespace vib::cuda::shadow;

namespace {

/// The last write of bytes that a cp.async has not delivered yet. It is beyond
/// all epochs.
constexpr uint32_t pending = ~0u;
constexpr uint32_t endOfEpochs = (pending >> epochShift) - 1;

/// The thread that stands for atomic operations.
constexpr uint32_t atomicThread = severalWarps - 1;

size_t addressSpace(const Kernel &kernel, uint32_t dynamicBytes) {
  return kernel.dynamicShared + dynamicBytes;
}

std::string describe(uint32_t thread) {
  if (thread == severalWarps)
    return "threads of several warps";
  if (thread == atomicThread)
    return "an atomic operation";
  if (thread >= wholeWarp)
    return fmt::format("threads of warp {}", thread - wholeWarp);
  return fmt::format("thread {}", thread);
}

/// Whether the address depends on a bit of the lane number.
template <unsigned bit> bool dependsOn(const uint64_t *addresses) {
  uint64_t differences = 0;
  for (unsigned lane = 0; lane != 32; ++lane)
    differences |= addresses[lane] ^ addresses[lane ^ bit];
  return differences != 0;
}

/// A subset of the active lanes that has all addresses. If the addresses do not
/// depend on a bit of the lane number, the lanes with that bit are left out.
uint32_t distinctLanes(const uint64_t *addresses, uint32_t active) {
  if (active != ~0u)
    return active;
  active &= dependsOn<1>(addresses) ? ~0u : 0x55555555;
  active &= dependsOn<2>(addresses) ? ~0u : 0x33333333;
  active &= dependsOn<4>(addresses) ? ~0u : 0x0F0F0F0F;
  active &= dependsOn<8>(addresses) ? ~0u : 0x00FF00FF;
  active &= dependsOn<16>(addresses) ? ~0u : 0x0000FFFF;
  return active;
}

} // namespace

AddressRange::AddressRange(const uint64_t *addresses, uint32_t active)
    : least(~0ull), most(0), bits(0) {
  eachActive(active, [&](unsigned lane) {
    least = std::min(least, addresses[lane]);
    most = std::max(most, addresses[lane]);
    bits |= addresses[lane];
  });
}

SharedMemory::SharedMemory(const Kernel &kernel, uint32_t dynamicBytes)
    : data(addressSpace(kernel, dynamicBytes)),
      writes(addressSpace(kernel, dynamicBytes) * sizeof(uint32_t)),
      reads(addressSpace(kernel, dynamicBytes) * sizeof(uint32_t)),
      lastWrite(reinterpret_cast<uint32_t *>(writes.data())),
      lastRead(reinterpret_cast<uint32_t *>(reads.data())),
      granuleShift(__builtin_ctz(kernel.sharedGranule)) {
  for (const Variable &variable : kernel.shared)
    ranges.push_back({variable.address, variable.address + variable.size});
  if (kernel.usesDynamicShared)
    ranges.push_back(
        {kernel.dynamicShared, uint64_t(kernel.dynamicShared) + dynamicBytes});
}

void SharedMemory::beginBlock() {
  for (const Range &range : ranges)
    std::memset(at(range.begin), 0xFF, range.end - range.begin);
  if (++epoch == endOfEpochs) {
    writes.clear();
    reads.clear();
    epoch = 1;
  }
  oldest = epoch << epochShift;
}

void SharedMemory::barrier() {
  if (++epoch != endOfEpochs)
    return;
  // From here on only written bytes matter.
  for (const Range &range : ranges) {
    for (uint64_t i = range.begin >> granuleShift;
         i != ((range.end - 1) >> granuleShift) + 1; ++i) {
      if (lastWrite[i] != pending)
        lastWrite[i] = lastWrite[i] >= oldest ? 1u << epochShift : 0;
      lastRead[i] = 0;
    }
  }
  oldest = 1u << epochShift;
  epoch = 2;
}

bool SharedMemory::isInside(uint64_t address, unsigned bytes) const {
  for (const Range &range : ranges)
    if (address >= range.begin && address < range.end &&
        bytes <= range.end - address)
      return true;
  return false;
}

void SharedMemory::checkBounds(const uint64_t *addresses, uint32_t active,
                               unsigned bytes) {
  auto [least, most, bits] = AddressRange(addresses, active);
  for (const Range &range : ranges)
    if (least >= range.begin && most < range.end && bytes <= range.end - most)
      return;
  eachActive(active, [&](unsigned lane) {
    if (!isInside(addresses[lane], bytes))
      throw Fault(CUDA_ERROR_ILLEGAL_ADDRESS, lane,
                  fmt::format("{} bytes at {:#x} of shared memory lie outside "
                              "of its variables",
                              bytes, addresses[lane]));
  });
}

void SharedMemory::failRead(uint64_t granule, unsigned lane, uint32_t word) {
  uint64_t address = granule << granuleShift;
  if (word == pending)
    throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                fmt::format("reads shared memory at {:#x}, which a cp.async "
                            "that nobody waited for has yet to deliver",
                            address));
  if (word < oldest)
    throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                fmt::format("reads shared memory at {:#x}, which the block "
                            "has not written",
                            address));
  throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
              fmt::format("race: reads shared memory at {:#x}, written by {} "
                          "with no barrier between",
                          address, describe(threadOf(word))));
}

void SharedMemory::failWrite(uint64_t granule, unsigned lane, uint32_t now) {
  uint64_t address = granule << granuleShift;
  uint32_t write = lastWrite[granule];
  if (write == pending)
    throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                fmt::format("writes shared memory at {:#x}, which a cp.async "
                            "that nobody waited for has yet to deliver",
                            address));
  bool wrote = write != now && sameEpoch(write, now) && unordered(write, now);
  throw Fault(
      CUDA_ERROR_LAUNCH_FAILED, lane,
      fmt::format("race: writes shared memory at {:#x}, {} by {} with no "
                  "barrier between",
                  address, wrote ? "written" : "read",
                  describe(threadOf(wrote ? write : lastRead[granule]))));
}

template <unsigned count>
void SharedMemory::noteRead(uint64_t first, unsigned lane, uint32_t now) {
  // Relative to the oldest epoch, words from here on are pending or belong to
  // another block.
  uint32_t unusual = (endOfEpochs << epochShift) - oldest;
  uint32_t *written = lastWrite + first, *read = lastRead + first;
  bool suspicious = false;
  for (unsigned i = 0; i != count; ++i)
    suspicious |= (written[i] - oldest >= unusual) |
                  (sameEpoch(written[i], now) & (written[i] != now));
  for (unsigned i = 0; suspicious && i != count; ++i)
    if (written[i] - oldest >= unusual ||
        (sameEpoch(written[i], now) && unordered(written[i], now)))
      failRead(first + i, lane, written[i]);
  for (unsigned i = 0; i != count; ++i) {
    uint32_t joined = join(read[i], now);
    read[i] = sameEpoch(read[i], now) ? joined : now;
  }
}

void SharedMemory::read(const uint64_t *addresses, uint32_t active,
                        unsigned bytes, uint32_t who, bool together) {
  checkBounds(addresses, active, bytes);
  uint32_t base = (epoch << epochShift) | who;
  uint32_t lanes = distinctLanes(addresses, active);
  // If lanes read the same address, note the read for the whole warp.
  if (lanes != active)
    together = true;
  if (together)
    base += wholeWarp + warpOf(threadOf(who)) - threadOf(who);
  eachActive(lanes, [&](unsigned lane) {
    uint32_t now = together ? base : base + lane;
    uint64_t first = addresses[lane] >> granuleShift;
    switch (bytes >> granuleShift) {
    case 1:
      return noteRead<1>(first, lane, now);
    case 2:
      return noteRead<2>(first, lane, now);
    case 4:
      return noteRead<4>(first, lane, now);
    case 8:
      return noteRead<8>(first, lane, now);
    default:
      return noteRead<16>(first, lane, now);
    }
  });
}

void SharedMemory::noteWrites(const uint64_t *addresses, uint32_t active,
                              unsigned bytes, uint32_t who, bool arrivesLater) {
  checkBounds(addresses, active, bytes);
  unsigned count = bytes >> granuleShift;
  uint32_t base = (epoch << epochShift) | who;
  eachActive(active, [&](unsigned lane) {
    uint32_t now = base + lane;
    uint64_t first = addresses[lane] >> granuleShift;
    for (uint64_t i = first; i != first + count; ++i) {
      uint32_t write = lastWrite[i], read = lastRead[i];
      if (write == pending ||
          (sameEpoch(write, now) && unordered(write, now)) ||
          (sameEpoch(read, now) && unordered(read, now)))
        failWrite(i, lane, now);
      lastWrite[i] = arrivesLater ? pending : now;
    }
  });
}

void SharedMemory::write(const uint64_t *addresses, uint32_t active,
                         unsigned bytes, uint32_t who) {
  noteWrites(addresses, active, bytes, who, false);
}

void SharedMemory::update(uint64_t address, unsigned bytes, uint32_t who,
                          unsigned lane) {
  if (!isInside(address, bytes))
    throw Fault(CUDA_ERROR_ILLEGAL_ADDRESS, lane,
                fmt::format("{} bytes at {:#x} of shared memory lie outside of "
                            "its variables",
                            bytes, address));
  uint32_t now = (epoch << epochShift) | who;
  uint64_t first = address >> granuleShift;
  for (uint64_t i = first; i != first + (bytes >> granuleShift); ++i) {
    uint32_t write = lastWrite[i];
    if (write == pending || write < oldest)
      failRead(i, lane, write);
    // Atomic operations do not conflict with each other.
    if (write != (epoch << epochShift | atomicThread) &&
        sameEpoch(write, now) && unordered(write, now))
      failWrite(i, lane, now);
    if (sameEpoch(lastRead[i], now) && unordered(lastRead[i], now))
      failWrite(i, lane, now);
    lastWrite[i] = (epoch << epochShift | atomicThread);
  }
}

void SharedMemory::expect(const uint64_t *addresses, uint32_t active,
                          unsigned bytes, uint32_t who) {
  noteWrites(addresses, active, bytes, who, true);
  eachActive(active, [&](unsigned lane) {
    std::memset(at(addresses[lane]), 0xFF, bytes);
  });
}

void SharedMemory::land(uint64_t address, unsigned bytes, const void *from,
                        uint32_t who) {
  std::memcpy(at(address), from, bytes);
  uint64_t first = address >> granuleShift;
  std::fill_n(lastWrite + first, bytes >> granuleShift,
              (epoch << epochShift) | who);
}
