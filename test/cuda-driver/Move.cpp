//===- Move.cpp - mov, cvta and packing of registers ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

#include <fmt/format.h>

using namespace vib::cuda;

namespace {

template <typename T> void move(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<T>(i.operands[0]), [](T a) { return a; },
      w.lanes<T>(i.operands[1]));
}

void movePredicate(Warp &w, const Instruction &i) {
  w.setPredicate(i.operands[0], w.predicate(i.operands[1]));
}

/// The operands are: the whole, then its parts from the lowest.
template <typename Whole, typename Part>
void pack(Warp &w, const Instruction &i) {
  constexpr unsigned parts = sizeof(Whole) / sizeof(Part);
  Whole *d = w.lanes<Whole>(i.operands[0]);
  eachActive(w.active, [&](unsigned lane) {
    Whole value = 0;
    for (unsigned k = 0; k != parts; ++k)
      value |= Whole(w.lanes<Part>(i.operands[1 + k])[lane])
               << (8 * sizeof(Part) * k);
    d[lane] = value;
  });
}

template <typename Whole, typename Part>
void unpack(Warp &w, const Instruction &i) {
  constexpr unsigned parts = sizeof(Whole) / sizeof(Part);
  const Whole *s = w.lanes<Whole>(i.operands[0]);
  eachActive(w.active, [&](unsigned lane) {
    Whole value = s[lane];
    for (unsigned k = 0; k != parts; ++k)
      w.lanes<Part>(i.operands[1 + k])[lane] =
          static_cast<Part>(value >> (8 * sizeof(Part) * k));
  });
}

/// Adds or subtracts the start of a window of the generic address space.
void addConstant(Warp &w, const Instruction &i) {
  uint64_t offset = i.offset;
  mapLanes(
      w, w.lanes<uint64_t>(i.operands[0]),
      [offset](uint64_t a) { return a + offset; },
      w.lanes<uint64_t>(i.operands[1]));
}

Handler moveHandler(unsigned size) {
  return size == 2   ? move<uint16_t>
         : size == 4 ? move<uint32_t>
                     : move<uint64_t>;
}

Type bitsOf(unsigned size) {
  return size == 2 ? Type::B16 : size == 4 ? Type::B32 : Type::B64;
}

void decodeParts(Decoder &d, Type type, bool packs) {
  size_t vector = packs ? 1 : 0;
  size_t parts = d.operand(vector).elements.size();
  unsigned size = sizeOf(type);
  if ((parts != 2 && parts != 4) || size / parts < 2)
    d.error(fmt::format("{} parts of a register of {} bytes", parts, size));
  Type part = bitsOf(size / parts);
  Handler handler = packs ? (size == 4    ? pack<uint32_t, uint16_t>
                             : parts == 2 ? pack<uint64_t, uint32_t>
                                          : pack<uint64_t, uint16_t>)
                          : (size == 4    ? unpack<uint32_t, uint16_t>
                             : parts == 2 ? unpack<uint64_t, uint32_t>
                                          : unpack<uint64_t, uint16_t>);
  Slot whole = packs ? d.destination(0, type) : d.source(1, type);
  std::array<Slot, 5> operands = {whole};
  const std::vector<Operand> &elements = d.elements(vector, parts);
  for (size_t k = 0; k != parts; ++k)
    operands[k + 1] =
        packs ? d.source(elements[k], part) : d.destination(elements[k], part);
  d.emit(handler,
         {operands[0], operands[1], operands[2], operands[3], operands[4]});
}

void decodeMov(Decoder &d) {
  Type type = d.takeType();
  d.expectOperands(2);
  if (type == Type::Pred) {
    Slot source = d.predicate(d.operand(1));
    d.emit(movePredicate, {d.predicateDestination(d.operand(0)), source});
    return;
  }
  if (sizeOf(type) < 2)
    d.error("this type is unknown for 'mov'");
  if (d.operand(1).kind == Operand::Vector)
    return decodeParts(d, type, true);
  if (d.operand(0).kind == Operand::Vector)
    return decodeParts(d, type, false);
  d.emit(moveHandler(sizeOf(type)),
         {d.destination(0, type), d.source(1, type)});
}

void decodeCvta(Decoder &d) {
  bool toSpace = d.take("to");
  int space = d.takeOneOf(
      {"global", "const", "shared", "shared::cta", "local", "param"});
  Type type = d.takeType({Type::U64});
  d.expectOperands(2);
  if (space < 0 || space == 5)
    d.error("'cvta' of an unknown space");
  uint64_t window = space < 2 ? 0 : space < 4 ? sharedWindow : localWindow;
  d.emit(addConstant, {d.destination(0, type), d.source(1, type)}).offset =
      toSpace ? -window : window;
}

/// Whether a generic address is in the window at i.offset; if that is 0,
/// whether it is in no window.
void isInSpace(Warp &w, const Instruction &i) {
  uint64_t window = i.offset;
  uint32_t result = testLanes(
      [window](uint64_t a) {
        if (window)
          return a - window < windowBytes;
        return a - sharedWindow >= windowBytes &&
               a - localWindow >= windowBytes;
      },
      w.lanes<uint64_t>(i.operands[1]));
  w.setPredicate(i.operands[0], result);
}

void decodeIsspacep(Decoder &d) {
  int space = d.takeOneOf({"global", "shared", "shared::cta", "local"});
  d.expectOperands(2);
  if (space < 0)
    d.error("'isspacep' of an unknown space");
  d.emit(isInSpace,
         {d.predicateDestination(d.operand(0)), d.source(1, Type::B64)})
      .offset = space == 0  ? 0
                : space < 3 ? sharedWindow
                            : localWindow;
}

} // namespace

void vib::cuda::addMoveOpcodes(OpcodeTable &table) {
  table["mov"] = decodeMov;
  table["cvta"] = decodeCvta;
  table["isspacep"] = decodeIsspacep;
}
