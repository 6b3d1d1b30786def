//===- Matrix.cpp - ldmatrix and mma --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The positions of the elements follow the figures of the PTX ISA. With g the
// lane divided by 4 and t the remainder, a lane has
//
//   of A, 16 x k: rows g and g + 8, word t of each group of columns;
//   of B, k x 8: column g, word t of each group of rows;
//   of C and D, 16 x 8: rows g and g + 8, columns 2 t and 2 t + 1;
//
// where a word is two elements of 16 bits or one of tf32, and a group has 4
// words. Products are exact and are summed in f32, one k after the other, each
// sum rounded to nearest. The sums of the hardware differ in their last bits.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/FloatLanes.h"
#include "test/cuda-driver/HalfTypes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

//===----------------------------------------------------------------------===//
// ldmatrix
//===----------------------------------------------------------------------===//

/// Operand 0 has the addresses of the rows of 8 x 8 matrices; i.count registers
/// follow. i.mode says whether the matrices are transposed.
void loadMatrices(Warp &w, const Instruction &i) {
  const uint64_t *addresses = w.lanes<uint64_t>(i.operands[0]);
  uint32_t rows = i.count == 4 ? ~0u : (1u << (8 * i.count)) - 1;
  Block::checkAlignment(addresses, rows, 16);
  w.block.shared.read(addresses, rows, 16, w.who(), /*together=*/true);
  for (unsigned matrix = 0; matrix != i.count; ++matrix) {
    uint16_t elements[8][8];
    for (unsigned row = 0; row != 8; ++row)
      std::memcpy(elements[row], w.block.shared.at(addresses[8 * matrix + row]),
                  16);
    uint32_t *d = w.lanes<uint32_t>(i.operands[1 + matrix]);
    for (unsigned lane = 0; lane != 32; ++lane) {
      unsigned g = lane / 4, t = lane % 4;
      uint32_t low = i.mode ? elements[2 * t][g] : elements[g][2 * t];
      uint32_t high = i.mode ? elements[2 * t + 1][g] : elements[g][2 * t + 1];
      d[lane] = high << 16 | low;
    }
  }
}

void decodeLdmatrix(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned") || !d.take("m8n8"))
    d.error("'ldmatrix' that is not .sync.aligned.m8n8");
  int count = d.takeOneOf({"x1", "x2", "x4"});
  bool transposed = d.take("trans");
  if (!d.take("shared") && !d.take("shared::cta"))
    d.error("'ldmatrix' that is not of .shared");
  d.takeType({Type::B16});
  d.expectOperands(2);
  if (count < 0)
    d.error("'ldmatrix' without a count");
  Slot address = d.address(1);
  Instruction &i = d.emit(loadMatrices, {address});
  i.kind = Kind::WholeWarp;
  i.count = 1u << count;
  i.mode = transposed;
  const Operand &target = d.operand(0);
  if (i.count == 1 && target.kind == Operand::Reg)
    i.operands[1] = d.destination(target, Type::B32);
  else
    for (unsigned k = 0; k != i.count; ++k)
      i.operands[1 + k] = d.destination(d.elements(0, i.count)[k], Type::B32);
  Kernel &kernel = d.builder.kernel;
  kernel.sharedGranule = std::min(kernel.sharedGranule, 16u);
}

//===----------------------------------------------------------------------===//
// mma
//===----------------------------------------------------------------------===//

struct LoadBF16 {
  static constexpr unsigned perWord = 2;
  static float apply(uint32_t word, unsigned part) {
    return bf16ToFloat(word >> (16 * part));
  }
};
struct LoadF16 {
  static constexpr unsigned perWord = 2;
  static float apply(uint32_t word, unsigned part) {
    return f16ToFloat(word >> (16 * part));
  }
};
/// The lower 13 bits are ignored.
struct LoadTF32 {
  static constexpr unsigned perWord = 1;
  static float apply(uint32_t word, unsigned) {
    return bitCast<float>(word & ~0x1FFFu);
  }
};

/// The operands are: 4 of d; 2 for each group of A; 1 for each group of B; 4 of
/// c.
template <typename Load, unsigned groups>
void multiply(Warp &w, const Instruction &i) {
  constexpr unsigned depth = 4 * groups * Load::perWord;
  float a[16][depth], b[depth][8], c[16][8];
  const Slot *operand = i.operands.data() + 4;
  for (unsigned group = 0; group != groups; ++group) {
    for (unsigned half = 0; half != 2; ++half) {
      const uint32_t *words = w.lanes<uint32_t>(*operand++);
      for (unsigned lane = 0; lane != 32; ++lane)
        for (unsigned part = 0; part != Load::perWord; ++part)
          a[lane / 4 + 8 * half][(4 * group + lane % 4) * Load::perWord +
                                 part] = Load::apply(words[lane], part);
    }
  }
  for (unsigned group = 0; group != groups; ++group) {
    const uint32_t *words = w.lanes<uint32_t>(*operand++);
    for (unsigned lane = 0; lane != 32; ++lane)
      for (unsigned part = 0; part != Load::perWord; ++part)
        b[(4 * group + lane % 4) * Load::perWord + part][lane / 4] =
            Load::apply(words[lane], part);
  }
  for (unsigned k = 0; k != 4; ++k) {
    const float *values = w.lanes<float>(operand[k]);
    for (unsigned lane = 0; lane != 32; ++lane)
      c[lane / 4 + 8 * (k / 2)][2 * (lane % 4) + k % 2] = values[lane];
  }
  for (unsigned row = 0; row != 16; ++row)
    for (unsigned k = 0; k != depth; ++k)
      for (unsigned column = 0; column != 8; ++column)
        c[row][column] =
            __builtin_fmaf(a[row][k], b[k][column], c[row][column]);
  for (unsigned k = 0; k != 4; ++k) {
    float *values = w.lanes<float>(i.operands[k]);
    for (unsigned lane = 0; lane != 32; ++lane)
      values[lane] =
          canonical(c[lane / 4 + 8 * (k / 2)][2 * (lane % 4) + k % 2]);
  }
}

void decodeMma(Decoder &d) {
  if (!d.take("sync") || !d.take("aligned"))
    d.error("'mma' that is not .sync.aligned");
  int shape = d.takeOneOf({"m16n8k4", "m16n8k8", "m16n8k16"});
  if (!d.take("row") || !d.take("col"))
    d.error("'mma' that is not .row.col");
  Type result = d.takeType(), type = d.takeType();
  if (result != Type::F32 || d.takeType() != type || d.takeType() != result)
    d.error("'mma' of these types");
  Handler handler = nullptr;
  unsigned groups = 0;
  if (type == Type::TF32 && (shape == 0 || shape == 1)) {
    groups = shape + 1;
    handler = groups == 1 ? multiply<LoadTF32, 1> : multiply<LoadTF32, 2>;
  } else if (type == Type::BF16 && shape >= 1) {
    groups = shape;
    handler = groups == 1 ? multiply<LoadBF16, 1> : multiply<LoadBF16, 2>;
  } else if (type == Type::F16 && shape >= 1) {
    groups = shape;
    handler = groups == 1 ? multiply<LoadF16, 1> : multiply<LoadF16, 2>;
  }
  if (!handler)
    d.error("'mma' of this shape and type");
  d.expectOperands(4);
  Instruction &i = d.emit(handler);
  i.kind = Kind::WholeWarp;
  Slot *operand = i.operands.data();
  for (const Operand &element : d.elements(0, 4))
    *operand++ = d.destination(element, Type::F32);
  for (const Operand &element : d.elements(1, 2 * groups))
    *operand++ = d.source(element, Type::B32);
  if (groups == 1 && d.operand(2).kind == Operand::Reg)
    *operand++ = d.source(2, Type::B32);
  else
    for (const Operand &element : d.elements(2, groups))
      *operand++ = d.source(element, Type::B32);
  for (const Operand &element : d.elements(3, 4))
    *operand++ = d.source(element, Type::F32);
}

} // namespace

void vib::cuda::addMatrixOpcodes(OpcodeTable &table) {
  table["ldmatrix"] = decodeLdmatrix;
  table["mma"] = decodeMma;
}
