//===- BlockCopy.cpp - Copy operand tiles to shared memory ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A piece of an operand is copied to shared memory in the order of global
// memory. Neighbouring threads copy neighbouring chunks of a row. Chunks are as
// wide as the alignment of the rows allows: 16, 8 or 4 bytes with cp.async.
// Rows of bf16 with an odd length are only aligned to two bytes, so their
// elements are copied through registers. Elements beyond the operand, in either
// direction, become zero, so that the arithmetic needs no masks.
//
// Shared memory has 32 banks of 4 bytes. A warp reads the same columns of
// several rows, and if a row has 128 bytes or a multiple, these are all in the
// same banks. So the units of a row are permuted in a way that depends on the
// row: unit u of row r is stored at the place of unit u xor o(r), with o(r) = r
// / rowsPerOrder mod orders. The reader of the operand chooses these parameters
// (Fma.cpp, Mma.cpp). The permutation does not slow down copies: the lanes that
// shared memory serves at a time write 128 bytes that are whole groups of
// `orders` units, and each group is permuted within itself, so every bank is
// used once.

#include "compiler/gpu/BlockCopy.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

using namespace mlir;
using namespace vib;

/// Up to this many copies of a thread are unrolled; more become a loop.
static constexpr int64_t kMaxUnrolledCopies = 8;

StagedOperand::StagedOperand(const IndexBuilder &index, const BlockShape &shape,
                             const TileOperand &operand, int64_t extent,
                             int64_t depthExtent, const TileLayout &layout,
                             Value staging, int64_t offset)
    : operand(operand), layout(layout), depthExtent(depthExtent),
      width(chooseWidth()) {
  auto space = gpu::AddressSpaceAttr::get(index.builder.getContext(),
                                          gpu::AddressSpace::Workgroup);
  Type element = getElementTypeOrSelf(operand.memory);
  auto type = MemRefType::get({shape.stages * layout.rows, layout.columns},
                              element, MemRefLayoutAttrInterface(), space);
  memory = memref::ViewOp::create(index.builder, index.loc, type, staging,
                                  index.constant(offset), ValueRange{});
}

int64_t StagedOperand::chooseWidth() const {
  auto type = cast<MemRefType>(operand.memory.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  [[maybe_unused]] LogicalResult isStrided =
      type.getStridesAndOffset(strides, offset);
  assert(succeeded(isStrided) && strides.size() == 2 && strides[1] == 1 &&
         "an operand has rows");
  for (int64_t bytes : {16, 8, 4}) {
    int64_t width = bytes / layout.elementBytes;
    if (layout.columns % width == 0 && strides[0] % width == 0 &&
        !ShapedType::isDynamic(offset) && offset % width == 0 &&
        (!operand.reductionFirst || operand.startMultiple % width == 0))
      return width;
  }
  return 1;
}

void StagedOperand::emitCopy(const IndexBuilder &index, Value thread, Value k,
                             Value stage) const {
  int64_t chunks = layout.columns / width, total = layout.rows * chunks;
  int64_t copies = llvm::divideCeil(total, kBlockThreads);
  auto emitOne = [&](const IndexBuilder &index, Value copy, bool isGuarded) {
    Value row, chunk;
    Value number = index.add(index.mul(copy, kBlockThreads), thread);
    if (kBlockThreads % chunks == 0) {
      row = index.add(index.div(thread, chunks),
                      index.mul(copy, kBlockThreads / chunks));
      chunk = index.rem(thread, chunks);
    } else {
      row = index.div(number, chunks);
      chunk = index.rem(number, chunks);
    }
    Value column = index.mul(chunk, width);
    if (!isGuarded) {
      emitChunk(index, row, column, k, stage);
      return;
    }
    Value isIn = index.isLess(number, index.constant(total));
    scf::IfOp::create(index.builder, index.loc, isIn,
                      [&](OpBuilder &builder, Location loc) {
                        emitChunk({builder, loc}, row, column, k, stage);
                        scf::YieldOp::create(builder, loc);
                      });
  };
  if (copies <= kMaxUnrolledCopies) {
    for (int64_t copy = 0; copy != copies; ++copy)
      emitOne(index, index.constant(copy), (copy + 1) * kBlockThreads > total);
    return;
  }
  scf::ForOp::create(
      index.builder, index.loc, index.constant(0), index.constant(copies),
      index.constant(1), ValueRange(),
      [&](OpBuilder &builder, Location loc, Value copy, ValueRange) {
        emitOne({builder, loc}, copy, total % kBlockThreads != 0);
        scf::YieldOp::create(builder, loc);
      });
}

Value StagedOperand::countElements(const IndexBuilder &index, Value row,
                                   Value column) const {
  bool isFirst = operand.reductionFirst;
  int64_t extent = isFirst ? layout.columns : layout.rows;
  int64_t depth = isFirst ? layout.rows : layout.columns;
  bool isWhole =
      operand.extent % extent == 0 && operand.startMultiple % extent == 0;
  bool isWholeDepth = depthExtent % depth == 0;
  int64_t rows = isFirst ? depthExtent : operand.extent;
  int64_t columns = isFirst ? operand.extent : depthExtent;
  Value count;
  if (!(isFirst ? isWhole : isWholeDepth)) {
    count = index.sub(index.constant(columns), column);
    count = index.builder.createOrFold<arith::MinSIOp>(index.loc, count,
                                                       index.constant(width));
    count = index.builder.createOrFold<arith::MaxSIOp>(index.loc, count,
                                                       index.constant(0));
  }
  if (!(isFirst ? isWholeDepth : isWhole)) {
    Value isIn = index.isLess(row, index.constant(rows));
    count = index.select(isIn, count ? count : index.constant(width),
                         index.constant(0));
  }
  return count;
}

void StagedOperand::emitChunk(const IndexBuilder &index, Value row,
                              Value column, Value k, Value stage) const {
  Value target = index.add(index.mul(stage, layout.rows), row);
  Value targetColumn = index.exclusiveOr(column, layout.getMask(index, row));
  row = index.add(row, operand.reductionFirst ? k : operand.start);
  column = index.add(column, operand.reductionFirst ? operand.start : k);
  Value count = countElements(index, row, column);
  int64_t bytes = width * layout.elementBytes;
  if (bytes >= 4) {
    // Only copies of 16 bytes can bypass the first-level cache.
    UnitAttr bypass = bytes == 16 ? index.builder.getUnitAttr() : UnitAttr();
    nvgpu::DeviceAsyncCopyOp::create(
        index.builder, index.loc, memory, ValueRange{target, targetColumn},
        operand.memory, ValueRange{row, column},
        index.builder.getIndexAttr(width), count, bypass);
    return;
  }
  auto load = [&](OpBuilder &builder, Location loc) -> Value {
    return memref::LoadOp::create(builder, loc, operand.memory,
                                  ValueRange{row, column});
  };
  Value value;
  if (count) {
    auto guarded = scf::IfOp::create(
        index.builder, index.loc, index.isLess(index.constant(0), count),
        [&](OpBuilder &builder, Location loc) {
          scf::YieldOp::create(builder, loc, load(builder, loc));
        },
        [&](OpBuilder &builder, Location loc) {
          Type element = getElementTypeOrSelf(memory);
          Value zero = arith::ConstantOp::create(builder, loc,
                                                 builder.getZeroAttr(element));
          scf::YieldOp::create(builder, loc, zero);
        });
    value = guarded.getResult(0);
  } else {
    value = load(index.builder, index.loc);
  }
  memref::StoreOp::create(index.builder, index.loc, value, memory,
                          ValueRange{target, targetColumn});
}
