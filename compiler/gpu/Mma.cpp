//===- Mma.cpp - Products of tiles on tensor cores ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// mma.sync multiplies 16 x K by K x 8, with K = 8 for tf32 and 16 for bf16. Of
// either operand, for each eight positions along the result, lane 4g + t of a
// warp holds position g at the following steps of the reduction:
//
//   tf32   t and t + 4, one register each
//   bf16   2t, 2t + 1 and 2t + 8, 2t + 9, one register for each pair
//
// Of the result it holds (g, 2t), (g, 2t + 1), and the same of row g + 8.
//
// Both operands are loaded in blocks of 16 positions along the result, as four
// registers. For lhs, mma takes all four; for rhs, two of them for each eight
// columns.
//
// f32 elements are converted here: to tf32 with rounding (rna, because the
// hardware would truncate), or to bf16 (rn, to nearest even, as on the CPU).
// For either type, a lane reads the pair 2t, 2t + 1 of eight steps. For bf16,
// the pair is the register. For tf32, the pair takes the place of t and t + 4:
// the order of the reduction is arbitrary as long as it is the same for both
// operands.
//
//   reduction contiguous   A pair is one read of 8 bytes. 16 lanes at a time
//                          read 32 bytes from each of four rows g. Units of 32
//                          bytes in the order g mod 4 are in different banks.
//   otherwise              A pair is two reads of 4 bytes, from the rows 2t and
//                          2t + 1. Eight columns g are 32 bytes of each row.
//                          Units of 32 bytes have the order t, which is
//                          row / 2 mod 4.
//
// bf16 elements are loaded by ldmatrix, transposed if the reduction comes
// first. It reads 16 bytes from each of eight rows at a time. If a row has a
// multiple of eight units of 16 bytes, they have the order row mod 8. If a row
// has four units (64 bytes), it covers half of the banks and its neighbour the
// other half, so that two rows share an order, and so on.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockArithmetic.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

using namespace mlir;
using namespace vib;

/// The positions along the result in a fragment; a register has half of them.
static constexpr int64_t kBlock = 16;
static constexpr int64_t kHalf = 8;
static constexpr int64_t kLineBytes = 128;

namespace {

/// A lane's registers for 16 positions along the result and the steps of one
/// mma: [half of the steps][half of the positions].
struct Fragment {
  Value registers[2][2];
};

class MmaArithmetic : public BlockArithmetic {
public:
  MmaArithmetic(const IndexBuilder &index, const BlockShape &shape,
                unsigned results, Value thread)
      : BlockArithmetic(index, shape, results, thread),
        isTf32(shape.precision == OperandPrecision::TF32),
        laneGroup(index.div(lane, 4)),
        lanePair(index.mul(index.rem(lane, 4), 2)) {}

  TileLayout getLayout(OperandForm form, bool isLhs) const override;
  SmallVector<Value> multiply(const StagedOperand &lhs,
                              ArrayRef<StagedOperand> rhs, Value stage,
                              Value depth,
                              ValueRange accumulators) const override;
  void store(ValueRange accumulators, ValueRange memories) const override;

private:
  /// Loads the fragments of the warp's part at the steps from `k` on.
  SmallVector<Fragment> load(const StagedOperand &operand, Value begin,
                             int64_t extent, Value stage, int64_t k) const;
  Fragment loadBf16(const StagedOperand &operand, Value begin, Value stage,
                    int64_t k) const;
  Fragment loadF32(const StagedOperand &operand, Value begin, Value stage,
                   int64_t k) const;
  /// Loads the elements at the steps k + 2t and k + 2t + 1, position begin + g.
  std::pair<Value, Value> loadPair(const StagedOperand &operand, Value begin,
                                   Value stage, int64_t k) const;
  void multiply(const Fragment &lhs, const Fragment &rhs, int64_t half,
                MutableArrayRef<Value> sums) const;

  bool isTf32;
  Value laneGroup, lanePair;
};

} // namespace

TileLayout MmaArithmetic::getLayout(OperandForm form, bool isLhs) const {
  TileLayout layout = getPlainLayout(form, isLhs);
  int64_t unitBytes = form.isBf16 ? 16 : 32;
  layout.unit = unitBytes / layout.elementBytes;
  int64_t units = layout.columns / layout.unit, inLine = kLineBytes / unitBytes;
  assert(units * layout.unit == layout.columns && "a row has whole units");
  // The largest power of two that divides the units of a row, at most a line.
  layout.orders = std::min<int64_t>(inLine, units & -units);
  layout.rowsPerOrder = inLine / layout.orders;
  if (!form.isBf16 && form.reductionFirst) {
    assert(layout.orders == inLine && "rows are lines");
    layout.rowsPerOrder = 2;
  }
  return layout;
}

std::pair<Value, Value> MmaArithmetic::loadPair(const StagedOperand &operand,
                                                Value begin, Value stage,
                                                int64_t k) const {
  const TileLayout &layout = operand.getLayout();
  Value memory = operand.getMemory();
  Value first = index.mul(stage, layout.rows);
  if (!operand.isReductionFirst()) {
    Value row = index.add(first, index.add(begin, laneGroup));
    Value column = index.add(
        index.exclusiveOr(index.constant(k), layout.getMask(index, laneGroup)),
        lanePair);
    Value pair = loadVector(memory, row, column, 2);
    return {vector::ExtractOp::create(builder, loc, pair, 0),
            vector::ExtractOp::create(builder, loc, pair, 1)};
  }
  Value row = index.add(index.add(first, k), lanePair);
  Value column = index.add(
      index.exclusiveOr(begin, layout.getMask(index, lanePair)), laneGroup);
  Value a =
      memref::LoadOp::create(builder, loc, memory, ValueRange{row, column});
  Value b = memref::LoadOp::create(builder, loc, memory,
                                   ValueRange{index.add(row, 1), column});
  return {a, b};
}

Fragment MmaArithmetic::loadF32(const StagedOperand &operand, Value begin,
                                Value stage, int64_t k) const {
  Fragment fragment;
  for (int64_t half = 0; half != 2; ++half) {
    Value position = index.add(begin, half * kHalf);
    if (isTf32) {
      auto [a, b] = loadPair(operand, position, stage, k);
      auto convert = [&](Value value) -> Value {
        return NVVM::ConvertFloatToTF32Op::create(builder, loc,
                                                  builder.getI32Type(), value,
                                                  NVVM::FPRoundingMode::RNA);
      };
      fragment.registers[0][half] = convert(a);
      fragment.registers[1][half] = convert(b);
      continue;
    }
    for (int64_t step = 0; step != 2; ++step) {
      auto [low, high] = loadPair(operand, position, stage, k + step * kHalf);
      auto type = VectorType::get(2, builder.getBF16Type());
      Value pair = NVVM::ConvertF32x2ToBF16x2Op::create(
          builder, loc, type, high, low, /*random_bits=*/Value(),
          NVVM::FPRoundingMode::RN);
      fragment.registers[step][half] =
          LLVM::BitcastOp::create(builder, loc, builder.getI32Type(), pair);
    }
  }
  return fragment;
}

Fragment MmaArithmetic::loadBf16(const StagedOperand &operand, Value begin,
                                 Value stage, int64_t k) const {
  const TileLayout &layout = operand.getLayout();
  Value first = index.mul(stage, layout.rows);
  // Eight lanes give the row addresses of one matrix. Matrix 2s + h has half s
  // of the steps and half h of the positions.
  Value half = index.rem(lane, kBlock), step = index.div(lane, kBlock);
  Value row, column;
  if (operand.isReductionFirst()) {
    Value position = index.mul(index.div(half, kHalf), kHalf);
    Value inBlock = index.add(index.mul(step, kHalf), index.rem(lane, kHalf));
    row = index.add(index.add(first, k), inBlock);
    column = index.exclusiveOr(index.add(begin, position),
                               layout.getMask(index, inBlock));
  } else {
    row = index.add(first, index.add(begin, half));
    column = index.exclusiveOr(index.add(index.mul(step, kHalf), k),
                               layout.getMask(index, half));
  }
  auto type = VectorType::get({4, 2}, builder.getBF16Type());
  Value matrices = nvgpu::LdMatrixOp::create(
      builder, loc, type, operand.getMemory(), ValueRange{row, column},
      /*transpose=*/operand.isReductionFirst(), /*numTiles=*/4);
  Fragment fragment;
  for (int64_t i = 0; i != 4; ++i)
    fragment.registers[i / 2][i % 2] = LLVM::BitcastOp::create(
        builder, loc, builder.getI32Type(),
        vector::ExtractOp::create(builder, loc, matrices, i));
  return fragment;
}

SmallVector<Fragment> MmaArithmetic::load(const StagedOperand &operand,
                                          Value begin, int64_t extent,
                                          Value stage, int64_t k) const {
  bool isBf16 = getElementTypeOrSelf(operand.getMemory()).isBF16();
  SmallVector<Fragment> fragments;
  for (int64_t i = 0; i != extent; i += kBlock) {
    Value position = index.add(begin, i);
    fragments.push_back(isBf16 ? loadBf16(operand, position, stage, k)
                               : loadF32(operand, position, stage, k));
  }
  return fragments;
}

void MmaArithmetic::multiply(const Fragment &lhs, const Fragment &rhs,
                             int64_t half, MutableArrayRef<Value> sums) const {
  auto type = LLVM::LLVMStructType::getLiteral(
      builder.getContext(), SmallVector<Type>(4, builder.getF32Type()));
  const auto &a = lhs.registers;
  const auto &b = rhs.registers;
  NVVM::MMATypes element = isTf32 ? NVVM::MMATypes::tf32 : NVVM::MMATypes::bf16;
  Value product = NVVM::MmaOp::create(
      builder, loc, type, ValueRange{a[0][0], a[0][1], a[1][0], a[1][1]},
      ValueRange{b[0][half], b[1][half]}, ValueRange(sums),
      ArrayRef<int64_t>{kBlock, kHalf, isTf32 ? 8 : 16},
      /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
      std::array<NVVM::MMATypes, 2>{element, element},
      std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                     NVVM::MMALayout::col});
  for (auto [i, sum] : llvm::enumerate(sums))
    sum = LLVM::ExtractValueOp::create(builder, loc, product, i);
}

SmallVector<Value> MmaArithmetic::multiply(const StagedOperand &lhs,
                                           ArrayRef<StagedOperand> rhs,
                                           Value stage, Value depth,
                                           ValueRange accumulators) const {
  SmallVector<Value> sums(accumulators);
  for (int64_t k = 0; k != shape.depth; k += isTf32 ? 8 : 16) {
    SmallVector<Fragment> left = load(lhs, warpRow, shape.warpRows, stage, k);
    MutableArrayRef<Value> rest = sums;
    for (const StagedOperand &operand : rhs) {
      SmallVector<Fragment> right =
          load(operand, warpColumn, shape.warpColumns, stage, k);
      for (const Fragment &a : left)
        for (const Fragment &b : right)
          for (int64_t half = 0; half != 2; ++half) {
            multiply(a, b, half, rest.take_front(4));
            rest = rest.drop_front(4);
          }
    }
  }
  return sums;
}

void MmaArithmetic::store(ValueRange accumulators, ValueRange memories) const {
  auto type = VectorType::get(2, builder.getF32Type());
  for (Value memory : memories)
    for (int64_t i = 0; i != shape.warpRows; i += kBlock)
      for (int64_t j = 0; j != shape.warpColumns; j += kHalf)
        for (int64_t half = 0; half != 2; ++half) {
          Value row =
              index.add(index.add(warpRow, laneGroup), i + half * kHalf);
          Value column = index.add(index.add(warpColumn, lanePair), j);
          Value pair = vector::FromElementsOp::create(
              builder, loc, type, accumulators.take_front(2));
          accumulators = accumulators.drop_front(2);
          vector::StoreOp::create(builder, loc, pair, memory,
                                  ValueRange{row, column},
                                  /*nontemporal=*/false, llvm::Align(8));
        }
}

std::unique_ptr<BlockArithmetic>
vib::createMmaArithmetic(const IndexBuilder &index, const BlockShape &shape,
                         unsigned results, Value thread) {
  return std::make_unique<MmaArithmetic>(index, shape, results, thread);
}
