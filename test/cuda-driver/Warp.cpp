//===- Warp.cpp - 32 threads that execute together ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Warp.h"
#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

constexpr uint32_t noLimit = ~0u;

uint32_t specialValue(Special special, const Block &block, uint32_t warp,
                      uint32_t lane) {
  const Shape &shape = block.launch.threads, &grid = block.launch.blocks;
  uint32_t thread = 32 * warp + lane;
  switch (special) {
  case Special::TidX:
    return thread % shape.x;
  case Special::TidY:
    return thread / shape.x % shape.y;
  case Special::TidZ:
    return thread / shape.x / shape.y;
  case Special::NtidX:
    return shape.x;
  case Special::NtidY:
    return shape.y;
  case Special::NtidZ:
    return shape.z;
  case Special::CtaidX:
    return block.position.x;
  case Special::CtaidY:
    return block.position.y;
  case Special::CtaidZ:
    return block.position.z;
  case Special::NctaidX:
    return grid.x;
  case Special::NctaidY:
    return grid.y;
  case Special::NctaidZ:
    return grid.z;
  case Special::LaneId:
    return lane;
  case Special::WarpId:
    return warp;
  case Special::NwarpId:
    return (shape.count() + 31) / 32;
  case Special::LanemaskEq:
    return 1u << lane;
  case Special::LanemaskLe:
    return (2u << lane) - 1;
  case Special::LanemaskLt:
    return (1u << lane) - 1;
  case Special::LanemaskGe:
    return ~((1u << lane) - 1);
  case Special::LanemaskGt:
    return ~((2u << lane) - 1);
  case Special::DynamicSharedSize:
    return block.launch.dynamicShared;
  case Special::TotalSharedSize:
    return block.launch.dynamicShared + block.launch.kernel->staticSharedBytes;
  case Special::SmId:
    return 0;
  case Special::NsmId:
    return 1;
  }
  __builtin_unreachable();
}

} // namespace

Warp::Warp(Block &block, const Kernel &kernel, uint32_t index)
    : block(block), kernel(kernel), index(index),
      memory(new uint8_t[kernel.registerBytes + 64]), code(kernel.code.data()) {
  auto begin = reinterpret_cast<uintptr_t>(memory.get());
  registers = memory.get() + (64 - begin % 64) % 64;
  std::memset(registers, 0xFF, kernel.registerBytes);
  for (const Constant &constant : kernel.constants) {
    for (unsigned lane = 0; lane != 32; ++lane) {
      switch (constant.size) {
      case 0:
        predicate(constant.slot) = constant.value;
        break;
      case 2:
        lanes<uint16_t>(constant.slot)[lane] = constant.value;
        break;
      case 4:
        lanes<uint32_t>(constant.slot)[lane] = constant.value;
        break;
      default:
        lanes<uint64_t>(constant.slot)[lane] = constant.value;
      }
    }
  }
  if (kernel.localBytes) {
    localMemory.reset(new uint8_t[2 * 32 * size_t(kernel.localBytes)]);
    local = localMemory.get();
    localInitialized = local + 32 * size_t(kernel.localBytes);
  }
}

void Warp::begin(uint32_t numThreads) {
  for (auto [special, slot] : kernel.specials)
    for (unsigned lane = 0; lane != 32; ++lane)
      lanes<uint32_t>(slot)[lane] = specialValue(special, block, index, lane);
  started = numThreads >= 32 ? ~0u : (1u << numThreads) - 1;
  live = lanesHere = started;
  pc = 0;
  limit = noLimit;
  groups.clear();
  copies.clear();
  std::fill(std::begin(asyncGroup), std::end(asyncGroup), 0);
  phase = 0;
  carry = 0;
  isWaiting = isFinished = false;
  if (local) {
    std::memset(local, 0xFF, 32 * size_t(kernel.localBytes));
    std::memset(localInitialized, 0, 32 * size_t(kernel.localBytes));
  }
}

//===----------------------------------------------------------------------===//
// Groups of lanes
//===----------------------------------------------------------------------===//

void Warp::split(uint32_t otherPc, uint32_t otherLanes) {
  groups.push_back({otherPc, otherLanes, false});
  lanesHere &= ~otherLanes;
}

bool Warp::selectGroup() {
  auto next = groups.end();
  for (auto group = groups.begin(); group != groups.end(); ++group)
    if (!group->waits && (next == groups.end() || group->pc < next->pc))
      next = group;
  if (next == groups.end())
    return false;
  pc = next->pc;
  lanesHere = next->lanes;
  groups.erase(next);
  return true;
}

void Warp::reschedule() {
  for (const Group &group : groups) {
    if (!group.waits && group.pc < pc) {
      groups.push_back({pc, lanesHere, false});
      selectGroup();
      break;
    }
  }
  auto isHere = [&](const Group &group) {
    if (group.pc != pc)
      return false;
    lanesHere |= group.lanes;
    return true;
  };
  groups.erase(std::remove_if(groups.begin(), groups.end(), isHere),
               groups.end());
  limit = noLimit;
  for (const Group &group : groups)
    if (group.pc > pc)
      limit = std::min(limit, group.pc);
}

void Warp::wait(uint32_t missing) {
  if (uint32_t gone = missing & ~live)
    throw Fault(
        CUDA_ERROR_LAUNCH_FAILED, __builtin_ctz(lanesHere),
        fmt::format("divergence: needs the lanes {:#010x} of the warp, "
                    "which {}",
                    gone, gone & started ? "have ended" : "it does not have"));
  groups.push_back({pc, lanesHere, true});
  if (!selectGroup())
    failDivergence();
  reschedule();
}

void Warp::failDivergence() {
  std::string ways;
  for (const Group &group : groups)
    ways +=
        fmt::format("{}lanes {:#010x} wait at line {}",
                    ways.empty() ? "" : ", ", group.lanes, code[group.pc].line);
  throw Fault(CUDA_ERROR_LAUNCH_FAILED, -1,
              "divergence: lanes of a warp wait for each other: " + ways);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

Warp::Stop Warp::run(uint64_t budget) {
  for (;;) {
    if (pc == limit)
      reschedule();
    if (budget-- == 0)
      return Stop::Slice;
    const Instruction &i = code[pc];
    current = &i;
    active = lanesHere;
    if (i.guarded) {
      uint32_t holds = predicate(i.guard) ^ (i.negated ? ~0u : 0u);
      active &= holds;
      if (!active) {
        ++pc;
        continue;
      }
      if (i.kind != Kind::Plain && active != lanesHere) {
        split(pc + 1, lanesHere & ~active);
        limit = std::min(limit, pc + 1);
      }
    }
    ++executed;
    executedByLanes += __builtin_popcount(active);
    switch (i.kind) {
    case Kind::Plain:
      i.execute(*this, i);
      ++pc;
      break;
    case Kind::Branch:
      pc = i.target;
      if (!groups.empty())
        reschedule();
      break;
    case Kind::BranchIndexed:
      branchIndexed(i);
      reschedule();
      break;
    case Kind::Exit:
      if (exit())
        return Stop::Finished;
      break;
    case Kind::BlockBarrier: {
      if (active != started) {
        wait(started & ~active);
        break;
      }
      uint32_t lane = __builtin_ctz(active);
      barrier = lanes<uint32_t>(i.operands[0])[lane];
      barrierThreads = i.count ? lanes<uint32_t>(i.operands[1])[lane] : 0;
      isWaiting = true;
      ++pc;
      return Stop::Barrier;
    }
    case Kind::WholeWarp:
      if (active != ~0u) {
        wait(~active);
        break;
      }
      i.execute(*this, i);
      ++pc;
      break;
    case Kind::NamedLanes:
      if (canRunNamed(i)) {
        i.execute(*this, i);
        ++pc;
      }
      break;
    }
  }
}

void Warp::branchIndexed(const Instruction &i) {
  const std::vector<uint32_t> &table = kernel.tables[i.target];
  const uint32_t *places = lanes<uint32_t>(i.operands[0]);
  uint32_t rest = active;
  while (rest) {
    uint32_t lane = __builtin_ctz(rest), same = 0;
    eachActive(rest, [&](unsigned other) {
      same |= uint32_t(places[other] == places[lane]) << other;
    });
    if (places[lane] >= table.size())
      throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                  fmt::format("index {} of a table of {} branch targets",
                              places[lane], table.size()));
    rest &= ~same;
    if (rest)
      split(table[places[lane]], same);
    else
      pc = table[places[lane]];
  }
}

/// Ends the active lanes. Returns whether they were the last.
bool Warp::exit() {
  live &= ~active;
  // Groups may have waited for lanes that have ended now.
  for (Group &group : groups)
    group.waits = false;
  if (selectGroup()) {
    reschedule();
    return false;
  }
  isFinished = true;
  return true;
}

/// Returns whether the lanes in the masks of the active lanes are here;
/// otherwise waits for them.
bool Warp::canRunNamed(const Instruction &i) {
  const uint32_t *members = lanes<uint32_t>(i.operands[14]);
  uint32_t named = 0;
  eachActive(active, [&](unsigned lane) {
    if (!((members[lane] >> lane) & 1))
      throw Fault(CUDA_ERROR_LAUNCH_FAILED, lane,
                  fmt::format("the lane is not in its own mask {:#010x}",
                              members[lane]));
    named |= members[lane];
  });
  uint32_t missing = named & live & ~active;
  if (missing) {
    wait(missing);
    return false;
  }
  return true;
}

void Warp::addresses(const Instruction &i, uint64_t *result) {
  uint64_t offset = i.offset;
  if (i.shortAddress) {
    const uint32_t *base = lanes<uint32_t>(i.operands[0]);
    VIB_EACH_LANE(lane) result[lane] = uint32_t(base[lane] + offset);
    return;
  }
  const uint64_t *base = lanes<uint64_t>(i.operands[0]);
  VIB_EACH_LANE(lane) result[lane] = base[lane] + offset;
}

void Warp::land(uint32_t lanes, const uint32_t *end) {
  auto landed = [&](AsyncCopy &copy) {
    eachActive(copy.lanes & lanes, [&](unsigned lane) {
      if (copy.group[lane] >= end[lane])
        return;
      uint8_t bytes[16] = {};
      std::copy_n(copy.source[lane], copy.sourceBytes[lane], bytes);
      block.shared.land(copy.target[lane], copy.bytes, bytes, who() + lane);
      copy.lanes &= ~(1u << lane);
    });
    return copy.lanes == 0;
  };
  copies.erase(std::remove_if(copies.begin(), copies.end(), landed),
               copies.end());
}

void Warp::landAll() {
  uint32_t end[32];
  std::fill(std::begin(end), std::end(end), ~0u);
  land(~0u, end);
}
