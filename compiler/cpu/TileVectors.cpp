//===- TileVectors.cpp - Combine and transpose vectors --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/TileEmitter.h"

using namespace mlir;
using namespace vib;

Value TileEmitter::splat(TypedAttr element, int64_t width) {
  auto type = VectorType::get(width, element.getType());
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(type, element));
}

Value TileEmitter::combineLanes(Value vector,
                                function_ref<Value(Value, Value)> combine) {
  int64_t width = cast<VectorType>(vector.getType()).getDimSize(0);
  auto slice = [&](Value source, int64_t begin, int64_t size) -> Value {
    return vector::ExtractStridedSliceOp::create(
        builder, loc, source, ArrayRef<int64_t>{begin}, ArrayRef<int64_t>{size},
        ArrayRef<int64_t>{1});
  };
  if (width == 1)
    return vector::ExtractOp::create(builder, loc, vector, 0);
  int64_t power = llvm::bit_floor(static_cast<uint64_t>(width));
  if (power != width)
    return combine(combineLanes(slice(vector, 0, power), combine),
                   combineLanes(slice(vector, power, width - power), combine));
  return combineLanes(
      combine(slice(vector, 0, width / 2), slice(vector, width / 2, width / 2)),
      combine);
}

SmallVector<Value>
TileEmitter::combineHalves(ArrayRef<Value> vectors, ArrayRef<int64_t> lower,
                           int64_t half,
                           function_ref<Value(Value, Value)> combine) {
  SmallVector<int64_t> upper =
      llvm::map_to_vector(lower, [&](int64_t lane) { return lane + half; });
  SmallVector<Value> results;
  for (size_t i = 0; i != vectors.size(); i += 2) {
    auto shuffle = [&](ArrayRef<int64_t> mask) -> Value {
      return vector::ShuffleOp::create(builder, loc, vectors[i], vectors[i + 1],
                                       mask);
    };
    Value first = shuffle(lower), second = shuffle(upper);
    results.push_back(combine(first, second));
  }
  return results;
}

/// Each level of the tree halves the groups of lanes that belong to one vector,
/// and puts the groups of two vectors into one:
///
///   a0 a1 a2 a3 | b0 b1 b2 b3  ->  a0+a2 a1+a3 b0+b2 b1+b3
///
/// In total this takes one addition and two shuffles for each vector. As long
/// as groups are longer than 128 bits, parts of 128 bits move as a whole; after
/// that, lanes move only within parts of 128 bits. Each of these shuffles is
/// one cheap instruction. They permute the results; taking the vectors in a
/// corresponding order undoes that.
Value TileEmitter::combineAll(ArrayRef<Value> vectors,
                              function_ref<Value(Value, Value)> combine) {
  auto type = cast<VectorType>(vectors[0].getType());
  int64_t lanes = type.getDimSize(0);
  assert(int64_t(vectors.size()) == lanes && "one vector for each lane");
  int64_t part = std::min<int64_t>(
      lanes, 128 / type.getElementType().getIntOrFloatBitWidth());
  int64_t parts = lanes / part;
  SmallVector<Value> level;
  for (int64_t inPart = 0; inPart != part; ++inPart)
    for (int64_t i = 0; i != parts; ++i)
      level.push_back(vectors[i * part + inPart]);
  for (int64_t group = lanes; group > 1; group /= 2) {
    // Lane i of the result combines the lower and the upper half of a group.
    SmallVector<int64_t> lower;
    int64_t block = std::max(group, part), half = group / 2;
    if (group > part) {
      for (int64_t vector : {0, 1})
        for (int64_t start = 0; start != lanes; start += group)
          for (int64_t i = 0; i != half; ++i)
            lower.push_back(vector * lanes + start + i);
    } else {
      for (int64_t start = 0; start != lanes; start += block)
        for (int64_t vector : {0, 1})
          for (int64_t inBlock = 0; inBlock != block; inBlock += group)
            for (int64_t i = 0; i != half; ++i)
              lower.push_back(vector * lanes + start + inBlock + i);
    }
    level = combineHalves(level, lower, half, combine);
  }
  return level[0];
}

/// Vector i is interleaved with vector i + n/2, and so on until one is left:
///
///   a0 a1 | b0 b1 | c0 c1 | d0 d1  ->  a0 c0 a1 c1 | b0 d0 b1 d1
///                                  ->  a0 b0 c0 d0 a1 b1 c1 d1
///
/// A vector that has become longer than a register is held in several.
SmallVector<Value> TileEmitter::transpose(ArrayRef<Value> vectors) {
  auto type = cast<VectorType>(vectors[0].getType());
  int64_t width = type.getDimSize(0), length = width;
  int64_t lanes = machine.getLanes(type.getElementType());
  auto count = static_cast<int64_t>(llvm::bit_ceil(vectors.size()));
  SmallVector<SmallVector<Value>> level;
  for (int64_t i = 0; i != count; ++i)
    level.push_back({vectors[std::min<size_t>(i, vectors.size() - 1)]});
  for (; level.size() > 1; length *= 2) {
    SmallVector<SmallVector<Value>> next(level.size() / 2);
    for (size_t i = 0; i != next.size(); ++i) {
      ArrayRef<Value> first = level[i], second = level[i + next.size()];
      for (int64_t begin = 0; begin < 2 * length; begin += lanes) {
        // A register of the result interleaves one register of each.
        int64_t source = begin / 2 / lanes, offset = begin / 2 % lanes;
        int64_t held = cast<VectorType>(first[source].getType()).getDimSize(0);
        SmallVector<int64_t> mask;
        for (int64_t lane = 0; lane != std::min(lanes, 2 * length - begin);
             ++lane)
          mask.push_back(lane % 2 * held + offset + lane / 2);
        next[i].push_back(vector::ShuffleOp::create(builder, loc, first[source],
                                                    second[source], mask));
      }
    }
    level = std::move(next);
  }
  SmallVector<Value> results;
  for (int64_t lane = 0; lane != width; ++lane)
    results.push_back(vector::ExtractStridedSliceOp::create(
        builder, loc, level[0][lane * count / lanes],
        ArrayRef<int64_t>{lane * count % lanes},
        ArrayRef<int64_t>(static_cast<int64_t>(vectors.size())),
        ArrayRef<int64_t>{1}));
  return results;
}
