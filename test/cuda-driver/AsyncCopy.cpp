//===- AsyncCopy.cpp - cp.async -------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A copy is performed as late as possible: when its thread waits for its group,
// or when the thread ends. Until then, its target must not be accessed.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

/// The operands are: target, source, bytes to read from the source.
void copyAsync(Warp &w, const Instruction &i) {
  AsyncCopy copy;
  copy.lanes = w.active;
  copy.bytes = i.size;
  const uint64_t *target = w.lanes<uint64_t>(i.operands[0]);
  const uint64_t *source = w.lanes<uint64_t>(i.operands[1]);
  const uint32_t *bytes = w.lanes<uint32_t>(i.operands[2]);
  std::copy_n(target, 32, copy.target);
  uint8_t *host[32] = {};
  w.block.accessAsync(w, target, source, bytes, i.size, host);
  eachActive(w.active, [&](unsigned lane) {
    copy.source[lane] = host[lane];
    copy.sourceBytes[lane] = bytes[lane];
    copy.group[lane] = w.asyncGroup[lane];
  });
  w.copies.push_back(copy);
}

void commitGroup(Warp &w, const Instruction &) {
  eachActive(w.active, [&](unsigned lane) { ++w.asyncGroup[lane]; });
}

/// Waits until at most i.count groups are pending.
void waitGroup(Warp &w, const Instruction &i) {
  uint32_t end[32];
  for (unsigned lane = 0; lane != 32; ++lane)
    end[lane] =
        w.asyncGroup[lane] - std::min<uint32_t>(w.asyncGroup[lane], i.count);
  w.land(w.active, end);
}

void waitAll(Warp &w, const Instruction &) {
  uint32_t end[32];
  std::fill(std::begin(end), std::end(end), ~0u);
  w.land(w.active, end);
}

void decodeCpAsync(Decoder &d) {
  if (!d.take("async"))
    d.error("'cp' without .async");
  if (d.take("commit_group")) {
    d.expectOperands(0);
    d.emit(commitGroup);
    return;
  }
  if (d.take("wait_all")) {
    d.expectOperands(0);
    d.emit(waitAll);
    return;
  }
  if (d.take("wait_group")) {
    d.expectOperands(1);
    uint64_t groups = d.immediate(0);
    d.emit(waitGroup).count = std::min<uint64_t>(groups, 255);
    return;
  }
  bool onlyL2 = d.take("cg");
  if (!onlyL2 && !d.take("ca"))
    d.error("'cp.async' without .ca or .cg");
  if (!(d.take("shared") || d.take("shared::cta")) || !d.take("global"))
    d.error("'cp.async' is from .global to .shared");
  d.takeOneOf({"L2::64B", "L2::128B", "L2::256B"});
  d.expectOperands(3, 4);
  uint64_t bytes = d.immediate(2);
  if (bytes != 16 && (onlyL2 || (bytes != 4 && bytes != 8)))
    d.error(fmt::format("'cp.async' of {} bytes", bytes));
  Slot target = d.address(0), source = d.address(1);
  Slot sourceBytes =
      d.numOperands() == 4 ? d.source(3, Type::U32) : d.constant(bytes, 4);
  Kernel &kernel = d.builder.kernel;
  kernel.sharedGranule = std::min<uint32_t>(kernel.sharedGranule, bytes);
  // A part of the source may be read.
  uint32_t granule = bytes;
  if (d.numOperands() == 4)
    granule = d.operand(3).kind == Operand::Integer
                  ? d.operand(3).bits & -d.operand(3).bits
                  : 1;
  if (granule)
    kernel.globalGranule = std::min(kernel.globalGranule, granule);
  d.emit(copyAsync, {target, source, sourceBytes}).size = bytes;
}

} // namespace

void vib::cuda::addAsyncCopyOpcodes(OpcodeTable &table) {
  table["cp"] = decodeCpAsync;
}
