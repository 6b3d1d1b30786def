//===- Block.cpp - A thread block of a launch -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The warps of a block take turns. With a seed, it is random which warp is next
// and for how long it runs: until its next barrier, or for a few instructions.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <map>

using namespace vib::cuda;
using namespace vib::cuda::shadow;

namespace {

constexpr unsigned barrierBits = 13, blockBits = 20;
constexpr uint64_t lastBarrier = (1u << barrierBits) - 1;
constexpr uint64_t blockMask = (1u << blockBits) - 1;
constexpr unsigned blockShift = epochShift + barrierBits;
constexpr unsigned launchShift = blockShift + blockBits;
/// Block numbers that stand for several blocks, and for atomic accesses.
constexpr uint64_t severalBlocks = blockMask, atomicBlocks = blockMask - 1;

uint64_t blockOf(uint64_t word) { return (word >> blockShift) & blockMask; }
uint64_t launchOf(uint64_t word) { return word >> launchShift; }

std::string describeThread(uint64_t word) {
  if (blockOf(word) == severalBlocks)
    return "several blocks";
  if (blockOf(word) == atomicBlocks)
    return "an atomic operation";
  std::string block = fmt::format("block {}", blockOf(word));
  if (threadOf(word) == severalWarps)
    return block;
  if (threadOf(word) >= wholeWarp)
    return fmt::format("warp {} of {}", threadOf(word) - wholeWarp, block);
  return fmt::format("thread {} of {}", threadOf(word), block);
}

/// Whether the `bytes` flags of an access are all 1.
bool allSet(const uint8_t *flags, unsigned bytes) {
  constexpr uint64_t ones = 0x0101010101010101;
  uint64_t first = ones, second = ones;
  if (bytes == 4) {
    std::memcpy(&first, flags, 4);
  } else if (bytes <= 8) {
    std::memcpy(&first, flags, bytes);
  } else {
    std::memcpy(&first, flags, 8);
    std::memcpy(&second, flags + 8, bytes - 8);
  }
  return first == ones && second == ones;
}

/// Whether the order of two accesses in the same launch is undefined.
bool conflict(uint64_t earlier, uint64_t later) {
  if (earlier == later || launchOf(earlier) != launchOf(later))
    return false;
  if (blockOf(earlier) != blockOf(later))
    return true;
  // Barriers beyond the last number are not distinguished.
  return sameEpoch(earlier, later) &&
         ((later >> epochShift) & lastBarrier) != lastBarrier &&
         unordered(earlier, later);
}

} // namespace

Block::Block(const Launch &launch, DeviceMemory &memory, uint64_t launchNumber,
             uint64_t seed)
    : launch(launch), memory(memory),
      shared(*launch.kernel, launch.dynamicShared), launchNumber(launchNumber),
      seed(seed), granuleShift(__builtin_ctz(launch.kernel->globalGranule)) {
  uint64_t numWarps = (launch.threads.count() + 31) / 32;
  for (uint64_t i = 0; i != numWarps; ++i)
    warps.push_back(std::make_unique<Warp>(*this, *launch.kernel, i));
}

//===----------------------------------------------------------------------===//
// Turns
//===----------------------------------------------------------------------===//

void Block::run(uint64_t blockNumber) {
  number = blockNumber;
  const Shape &grid = launch.blocks;
  position = {uint32_t(number % grid.x), uint32_t(number / grid.x % grid.y),
              uint32_t(number / grid.x / grid.y)};
  generator.seed(seed * 0x9E3779B97F4A7C15 + number);
  barriers = 0;
  finished = 0;
  shared.beginBlock();
  ready.clear();
  uint64_t threads = launch.threads.count();
  for (auto &warp : warps) {
    warp->begin(std::min<uint64_t>(threads - 32 * warp->index, 32));
    ready.push_back(warp->index);
  }
  while (finished != warps.size()) {
    if (ready.empty()) {
      releaseBarriers();
      continue;
    }
    size_t turn = seed ? random(ready.size()) : 0;
    Warp &warp = *warps[ready[turn]];
    // Most turns are long, so that switching costs little, but some are very
    // short.
    uint64_t budget = ~0ull;
    if (seed)
      budget = random(4) ? 1 + random(2000) : 1 + random(8);
    running = &warp;
    Warp::Stop stop = warp.run(budget);
    if (stop == Warp::Stop::Slice)
      continue;
    ready.erase(ready.begin() + turn);
    if (stop == Warp::Stop::Finished) {
      warp.landAll();
      ++finished;
    }
  }
  running = nullptr;
  for (auto &warp : warps) {
    executed += warp->executed;
    executedByLanes += warp->executedByLanes;
    warp->executed = warp->executedByLanes = 0;
  }
}

/// Releases the warps that wait at a barrier which all warps have reached.
void Block::releaseBarriers() {
  std::map<uint32_t, std::vector<Warp *>> waiting;
  for (auto &warp : warps)
    if (warp->isWaiting)
      waiting[warp->barrier].push_back(warp.get());
  bool released = false;
  for (auto &[barrier, here] : waiting) {
    uint32_t wanted = here.front()->barrierThreads;
    bool agree = std::all_of(here.begin(), here.end(), [&](Warp *warp) {
      return warp->barrierThreads == wanted;
    });
    size_t needed = wanted ? (wanted + 31) / 32 : warps.size();
    if (!agree || here.size() != needed)
      continue;
    for (Warp *warp : here) {
      warp->isWaiting = false;
      warp->phase = 0;
      ready.push_back(warp->index);
    }
    released = true;
  }
  if (!released)
    failBarrier();
  shared.barrier();
  barriers = std::min(barriers + 1, lastBarrier);
}

void Block::failBarrier() {
  std::string where;
  for (auto &warp : warps) {
    running = warp.get();
    if (warp->isFinished)
      where += fmt::format("; warp {} has ended", warp->index);
    else
      where += fmt::format("; warp {} waits at barrier {} in line {}",
                           warp->index, warp->barrier, warp->current->line);
  }
  for (auto &warp : warps)
    if (warp->isWaiting)
      running = warp.get();
  throw Fault(CUDA_ERROR_LAUNCH_FAILED, -1,
              "divergence: not all threads reach the same barrier" + where);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void Block::checkHistory(Allocation &allocation, uint64_t address,
                         unsigned bytes, Access access, uint64_t now,
                         unsigned lane) {
  uint64_t first = (address - allocation.address) >> granuleShift;
  auto *history = reinterpret_cast<GlobalHistory *>(allocation.history.data());
  for (uint64_t i = first; i != first + (bytes >> granuleShift); ++i) {
    GlobalHistory &last = history[i];
    bool wrote = conflict(last.write, now);
    if (wrote || (access != Access::Read && conflict(last.read, now))) {
      uint64_t other = wrote ? last.write : last.read;
      throw Fault(
          CUDA_ERROR_LAUNCH_FAILED, lane,
          fmt::format("race: {} device memory at {:#x} ({}), {} by {} with "
                      "nothing to order them",
                      access == Access::Read ? "reads" : "writes",
                      allocation.address + (i << granuleShift),
                      memory.describe(allocation.address + (i << granuleShift)),
                      wrote ? "written" : "read", describeThread(other)));
    }
    if (access != Access::Read) {
      last.write = now;
    } else if (last.read != now) {
      if (launchOf(last.read) != launchOf(now))
        last.read = now;
      else if (blockOf(last.read) != blockOf(now))
        last.read |= severalBlocks << blockShift;
      else
        last.read = sameEpoch(last.read, now) ? join(last.read, now) : now;
    }
  }
}

void Block::accessGlobal(Warp &warp, const uint64_t *addresses, uint32_t active,
                         unsigned bytes, Access access, uint8_t **host) {
  uint64_t block =
      access == Access::Atomic ? atomicBlocks : number % atomicBlocks;
  uint64_t base = launchNumber << launchShift | block << blockShift |
                  barriers << epochShift | warp.who();
  eachActive(active, [&](unsigned lane) {
    uint64_t address = addresses[lane];
    Allocation *allocation = lastAllocation;
    if (!allocation || !allocation->contains(address, bytes)) {
      allocation = memory.find(address);
      if (!allocation || !allocation->contains(address, bytes))
        throw Fault(CUDA_ERROR_ILLEGAL_ADDRESS, lane,
                    fmt::format("{} {} bytes at {:#x} of device memory, {}",
                                access == Access::Read ? "reads" : "writes",
                                bytes, address, memory.describe(address)));
      lastAllocation = allocation;
    }
    uint64_t place = address - allocation->address;
    uint8_t *initialized = allocation->initialized.data() + place;
    if (access == Access::Write)
      std::memset(initialized, 1, bytes);
    else if (!allSet(initialized, bytes))
      throw Fault(
          CUDA_ERROR_LAUNCH_FAILED, lane,
          fmt::format("reads {} bytes at {:#x} of device memory, {}, which "
                      "nobody has written",
                      bytes, address, memory.describe(address)));
    uint64_t now = access == Access::Atomic ? base & ~((1ull << blockShift) - 1)
                                            : base + lane;
    checkHistory(*allocation, address, bytes, access, now, lane);
    host[lane] = allocation->data.data() + place;
  });
}

void Block::accessLocal(Warp &warp, const uint64_t *addresses, uint32_t active,
                        unsigned bytes, bool isWrite, uint8_t **host) {
  const Kernel &kernel = *launch.kernel;
  eachActive(active, [&](unsigned lane) {
    uint64_t address = addresses[lane];
    bool inside = std::any_of(
        kernel.local.begin(), kernel.local.end(), [&](const Variable &v) {
          return address >= v.address && address - v.address < v.size &&
                 bytes <= v.size - (address - v.address);
        });
    if (!inside)
      throw Fault(CUDA_ERROR_ILLEGAL_ADDRESS, lane,
                  fmt::format("{} bytes at {:#x} of local memory lie outside "
                              "of its variables",
                              bytes, address));
    size_t place = size_t(kernel.localBytes) * lane + address;
    uint8_t *initialized = warp.localInitialized + place;
    if (isWrite)
      std::memset(initialized, 1, bytes);
    else if (std::memchr(initialized, 0, bytes))
      throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                  fmt::format("reads local memory at {:#x}, which the thread "
                              "has not written",
                              address));
    host[lane] = warp.local + place;
  });
}

void Block::accessParameters(const uint64_t *addresses, uint32_t active,
                             unsigned bytes, bool isWrite, uint8_t **host) {
  eachActive(active, [&](unsigned lane) {
    uint64_t address = addresses[lane], size = launch.parameters.size();
    if (isWrite || address >= size || bytes > size - address)
      throw Fault(CUDA_ERROR_ILLEGAL_ADDRESS, lane,
                  fmt::format("{} bytes at {} of the parameters, of {} bytes",
                              bytes, address, size));
    host[lane] = const_cast<uint8_t *>(launch.parameters.data()) + address;
  });
}

void Block::checkAlignment(const uint64_t *addresses, uint32_t active,
                           unsigned bytes) {
  if (!(AddressRange(addresses, active).bits & (bytes - 1)))
    return;
  eachActive(active, [&](unsigned lane) {
    if (addresses[lane] & (bytes - 1))
      throw Fault(CUDA_ERROR_MISALIGNED_ADDRESS, lane,
                  fmt::format("{:#x} is not aligned for an access of {} bytes",
                              addresses[lane], bytes));
  });
}

void Block::access(Warp &warp, Space space, const uint64_t *addresses,
                   unsigned bytes, bool isWrite, uint8_t **host) {
  uint32_t active = warp.active;
  checkAlignment(addresses, active, bytes);
  switch (space) {
  case Space::Global:
    accessGlobal(warp, addresses, active, bytes,
                 isWrite ? Access::Write : Access::Read, host);
    return;
  case Space::Shared:
    if (isWrite)
      shared.write(addresses, active, bytes, warp.who());
    else
      shared.read(addresses, active, bytes, warp.who());
    eachActive(active,
               [&](unsigned lane) { host[lane] = shared.at(addresses[lane]); });
    return;
  case Space::Local:
    accessLocal(warp, addresses, active, bytes, isWrite, host);
    return;
  case Space::Param:
    accessParameters(addresses, active, bytes, isWrite, host);
    return;
  case Space::Generic: {
    // Resolve the address of each lane in its own space.
    uint64_t inner[32];
    uint32_t inShared = 0, inLocal = 0;
    eachActive(active, [&](unsigned lane) {
      inner[lane] = addresses[lane];
      if (addresses[lane] - sharedWindow < windowBytes) {
        inShared |= 1u << lane;
        inner[lane] -= sharedWindow;
      } else if (addresses[lane] - localWindow < windowBytes) {
        inLocal |= 1u << lane;
        inner[lane] -= localWindow;
      }
    });
    std::pair<Space, uint32_t> parts[] = {
        {Space::Shared, inShared},
        {Space::Local, inLocal},
        {Space::Global, active & ~inShared & ~inLocal}};
    for (auto [part, lanes] : parts) {
      if (!lanes)
        continue;
      warp.active = lanes;
      access(warp, part, inner, bytes, isWrite, host);
    }
    warp.active = active;
    return;
  }
  }
}

void Block::accessAtomic(Warp &warp, Space space, const uint64_t *addresses,
                         unsigned bytes, uint8_t **host) {
  uint32_t active = warp.active;
  checkAlignment(addresses, active, bytes);
  eachActive(active, [&](unsigned lane) {
    uint64_t address = addresses[lane];
    bool isShared =
        space == Space::Shared ||
        (space == Space::Generic && address - sharedWindow < windowBytes);
    if (!isShared) {
      accessGlobal(warp, addresses, 1u << lane, bytes, Access::Atomic, host);
      return;
    }
    if (space == Space::Generic)
      address -= sharedWindow;
    shared.update(address, bytes, warp.who() + lane, lane);
    host[lane] = shared.at(address);
  });
}

void Block::accessAsync(Warp &warp, const uint64_t *target,
                        const uint64_t *source, const uint32_t *sourceBytes,
                        unsigned bytes, uint8_t **host) {
  uint32_t active = warp.active, rest = active;
  checkAlignment(target, active, bytes);
  while (rest) {
    // The lanes that read the same number of bytes.
    uint32_t read = sourceBytes[__builtin_ctz(rest)], same = 0;
    eachActive(rest, [&](unsigned lane) {
      same |= uint32_t(sourceBytes[lane] == read) << lane;
    });
    rest &= ~same;
    if (read > bytes)
      throw Fault(CUDA_ERROR_LAUNCH_FAILED, __builtin_ctz(same),
                  fmt::format("cp.async of {} bytes with {} bytes of source",
                              bytes, read));
    if (!read)
      continue;
    checkAlignment(source, same, bytes);
    accessGlobal(warp, source, same, read, Access::Read, host);
  }
  shared.expect(target, active, bytes, warp.who());
}
