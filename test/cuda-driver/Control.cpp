//===- Control.cpp - Branches, barriers and exits -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>

using namespace vib::cuda;

namespace {

void decodeBra(Decoder &d) {
  d.take("uni");
  d.expectOperands(1);
  if (d.operand(0).kind != Operand::Symbol)
    d.error("'bra' without a label");
  d.emit(nullptr).kind = Kind::Branch;
  d.builder.openBranches.emplace_back(d.builder.kernel.code.size() - 1,
                                      d.operand(0).name);
}

void decodeBrx(Decoder &d) {
  if (!d.take("idx"))
    d.error("'brx' without .idx");
  d.take("uni");
  d.expectOperands(2);
  if (d.operand(1).kind != Operand::Symbol)
    d.error("'brx' without a table");
  Instruction &i = d.emit(nullptr, {d.source(0, Type::U32)});
  i.kind = Kind::BranchIndexed;
  std::vector<std::vector<uint32_t>> &tables = d.builder.kernel.tables;
  i.target = tables.size();
  d.builder.openTables.emplace_back(tables.size(), d.operand(1).name);
  tables.emplace_back();
}

void decodeExit(Decoder &d) {
  d.take("uni");
  d.expectOperands(0);
  d.emit(nullptr).kind = Kind::Exit;
}

void trap(Warp &w, const Instruction &) {
  throw Fault(CUDA_ERROR_LAUNCH_FAILED, __builtin_ctz(w.active), "trap");
}

void decodeTrap(Decoder &d) {
  d.expectOperands(0);
  d.emit(trap);
}

void syncWarp(Warp &w, const Instruction &) {
  // Only if the whole warp takes part: the order of fewer lanes is not tracked.
  if (w.active == ~0u)
    w.phase = std::min(w.phase + 1, shadow::lastPhase);
}

void decodeBar(Decoder &d) {
  if (d.take("warp")) {
    if (!d.take("sync"))
      d.error("'bar.warp' without .sync");
    d.expectOperands(1);
    Instruction &i = d.emit(syncWarp);
    i.operands[14] = d.source(0, Type::U32);
    i.kind = Kind::NamedLanes;
    return;
  }
  d.take("cta");
  // Divergent lanes are reported with or without .aligned.
  d.take("aligned");
  if (!d.take("sync"))
    d.error("a barrier without .sync");
  d.expectOperands(1, 2);
  bool counted = d.numOperands() == 2;
  Slot barrier = d.source(0, Type::U32);
  Slot threads = counted ? d.source(1, Type::U32) : barrier;
  Instruction &i = d.emit(nullptr, {barrier, threads});
  i.kind = Kind::BlockBarrier;
  i.count = counted;
}

/// A fence does nothing here, because memory accesses are never reordered.
void decodeFence(Decoder &d) {
  d.takeOneOf({"sc", "acq_rel", "acquire", "release"});
  d.takeOneOf({"cta", "cluster", "gl", "gpu", "sys"});
  d.expectOperands(0);
}

/// A pause may have any length.
void decodeNanosleep(Decoder &d) {
  d.takeType({Type::U32});
  d.expectOperands(1);
  d.source(0, Type::U32);
}

} // namespace

void vib::cuda::addControlOpcodes(OpcodeTable &table) {
  table["bra"] = decodeBra;
  table["brx"] = decodeBrx;
  table["exit"] = decodeExit;
  table["ret"] = decodeExit;
  table["trap"] = decodeTrap;
  table["bar"] = decodeBar;
  table["barrier"] = decodeBar;
  table["membar"] = decodeFence;
  table["fence"] = decodeFence;
  table["nanosleep"] = decodeNanosleep;
}
