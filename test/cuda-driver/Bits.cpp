//===- Bits.cpp - Logic, shifts and bit fields ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <type_traits>

using namespace vib::cuda;

namespace {

struct And {
  template <typename T> static T apply(T a, T b) { return a & b; }
};
struct Or {
  template <typename T> static T apply(T a, T b) { return a | b; }
};
struct Xor {
  template <typename T> static T apply(T a, T b) { return a ^ b; }
};
struct Not {
  template <typename T> static T apply(T a) { return ~a; }
};

/// Distances greater than the width are clamped to it.
struct ShiftLeft {
  template <typename T> static T apply(T a, uint32_t by) {
    return by >= 8 * sizeof(T) ? T(0) : static_cast<T>(a << by);
  }
};
struct ShiftRight {
  template <typename T> static T apply(T a, uint32_t by) {
    constexpr uint32_t last = 8 * sizeof(T) - 1;
    if (std::is_signed_v<T>)
      return a >> std::min(by, last);
    return by > last ? T(0) : static_cast<T>(a >> std::min(by, last));
  }
};

template <typename Op, typename T> void shift(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<T>(i.operands[0]),
      [](T a, uint32_t by) { return Op::apply(a, by); },
      w.lanes<T>(i.operands[1]), w.lanes<uint32_t>(i.operands[2]));
}

/// shf: 32 bits of the 64 bits {b, a}.
struct FunnelLeft {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t by) {
    return ((uint64_t(b) << 32 | a) << by) >> 32;
  }
};
struct FunnelRight {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t by) {
    return (uint64_t(b) << 32 | a) >> by;
  }
};
template <typename Op> struct Wrapped {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t by) {
    return Op::apply(a, b, by & 31);
  }
};
template <typename Op> struct Clamped {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t by) {
    return Op::apply(a, b, std::min(by, 32u));
  }
};

struct Popc {
  template <typename T> static uint32_t apply(T a) {
    return __builtin_popcountll(a);
  }
};
struct Clz {
  template <typename T> static uint32_t apply(T a) {
    return a ? __builtin_clzll(a) - (64 - 8 * sizeof(T)) : 8 * sizeof(T);
  }
};
struct Bfind {
  template <typename T> static uint32_t apply(T a) {
    std::make_unsigned_t<T> bits = a < 0 ? ~a : a;
    return bits ? 63 - __builtin_clzll(bits) : ~0u;
  }
};
struct BfindShift {
  template <typename T> static uint32_t apply(T a) {
    uint32_t place = Bfind::apply(a);
    return place == ~0u ? ~0u : 8 * sizeof(T) - 1 - place;
  }
};
struct Brev {
  template <typename T> static T apply(T a) {
    // Pairs, fours, eights, … of bits swap their halves.
    for (unsigned width = 4 * sizeof(T); width; width /= 2) {
      T low = ~T(0) / ((T(1) << width) + 1);
      a = (a >> width & low) | (a & low) << width;
    }
    return a;
  }
};

template <typename Op, typename T> void count(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]), [](T a) { return Op::apply(a); },
      w.lanes<T>(i.operands[1]));
}

template <typename T> void extractField(Warp &w, const Instruction &i) {
  using U = std::make_unsigned_t<T>;
  constexpr unsigned width = 8 * sizeof(T);
  mapLanes(
      w, w.lanes<T>(i.operands[0]),
      [](T a, uint32_t b, uint32_t c) -> T {
        unsigned place = b & 0xFF, length = c & 0xFF;
        if (length == 0)
          return 0;
        // Bits from beyond the width are copies of the sign, or zero.
        T shifted = ShiftRight::apply(a, place);
        if (length >= width)
          return shifted;
        unsigned sign = std::min(place + length - 1, width - 1);
        U mask = (U(1) << length) - 1;
        U field = U(shifted) & mask;
        if (std::is_signed_v<T> && ((U(a) >> sign) & 1))
          field |= ~mask;
        return static_cast<T>(field);
      },
      w.lanes<T>(i.operands[1]), w.lanes<uint32_t>(i.operands[2]),
      w.lanes<uint32_t>(i.operands[3]));
}

template <typename T> void insertField(Warp &w, const Instruction &i) {
  constexpr unsigned width = 8 * sizeof(T);
  mapLanes(
      w, w.lanes<T>(i.operands[0]),
      [](T a, T b, uint32_t c, uint32_t d) -> T {
        unsigned place = c & 0xFF, length = d & 0xFF;
        if (place >= width || length == 0)
          return b;
        T mask = length >= width ? ~T(0) : (T(1) << length) - 1;
        mask <<= place;
        return (b & ~mask) | ((a << place) & mask);
      },
      w.lanes<T>(i.operands[1]), w.lanes<T>(i.operands[2]),
      w.lanes<uint32_t>(i.operands[3]), w.lanes<uint32_t>(i.operands[4]));
}

void logic3(Warp &w, const Instruction &i) {
  uint32_t table = i.mode;
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]),
      [table](uint32_t a, uint32_t b, uint32_t c) {
        uint32_t result = 0;
        for (unsigned bit = 0; bit != 8; ++bit) {
          uint32_t term =
              (bit & 4 ? a : ~a) & (bit & 2 ? b : ~b) & (bit & 1 ? c : ~c);
          result |= (table >> bit) & 1 ? term : 0;
        }
        return result;
      },
      w.lanes<uint32_t>(i.operands[1]), w.lanes<uint32_t>(i.operands[2]),
      w.lanes<uint32_t>(i.operands[3]));
}

/// Selects bytes of {b, a} by the selectors in c. Bit 3 of a selector
/// replicates the sign of the byte.
void permute(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]),
      [](uint32_t a, uint32_t b, uint32_t c) {
        uint64_t bytes = uint64_t(b) << 32 | a;
        uint32_t result = 0;
        for (unsigned k = 0; k != 4; ++k) {
          uint32_t selector = c >> (4 * k);
          uint32_t byte = (bytes >> (8 * (selector & 7))) & 0xFF;
          if (selector & 8)
            byte = byte & 0x80 ? 0xFF : 0;
          result |= byte << (8 * k);
        }
        return result;
      },
      w.lanes<uint32_t>(i.operands[1]), w.lanes<uint32_t>(i.operands[2]),
      w.lanes<uint32_t>(i.operands[3]));
}

template <typename Op> void logicPredicates(Warp &w, const Instruction &i) {
  w.setPredicate(i.operands[0], Op::apply(w.predicate(i.operands[1]),
                                          w.predicate(i.operands[2])));
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

constexpr std::initializer_list<Type> bitTypes = {Type::B16, Type::B32,
                                                  Type::B64, Type::Pred};

template <typename Op> void decodeLogic(Decoder &d) {
  Type type = d.takeType(bitTypes);
  d.expectOperands(3);
  if (type == Type::Pred) {
    Slot a = d.predicate(d.operand(1)), b = d.predicate(d.operand(2));
    d.emit(logicPredicates<Op>, {d.predicateDestination(d.operand(0)), a, b});
    return;
  }
  d.emit(sizeOf(type) == 2   ? binary<Op, uint16_t>
         : sizeOf(type) == 4 ? binary<Op, uint32_t>
                             : binary<Op, uint64_t>,
         {d.destination(0, type), d.source(1, type), d.source(2, type)});
}

void decodeNot(Decoder &d) {
  Type type = d.takeType(bitTypes);
  d.expectOperands(2);
  if (type == Type::Pred) {
    Slot a = d.predicate(d.operand(1));
    d.emitNot(d.predicateDestination(d.operand(0)), a);
    return;
  }
  d.emit(sizeOf(type) == 2   ? unary<Not, uint16_t>
         : sizeOf(type) == 4 ? unary<Not, uint32_t>
                             : unary<Not, uint64_t>,
         {d.destination(0, type), d.source(1, type)});
}

void decodeShift(Decoder &d) {
  Type type = d.takeType({Type::B16, Type::B32, Type::B64, Type::U16, Type::U32,
                          Type::U64, Type::S16, Type::S32, Type::S64});
  d.expectOperands(3);
  bool left = d.statement.opcode == "shl";
  Handler handler = nullptr;
  switch (sizeOf(type)) {
  case 2:
    handler = left             ? shift<ShiftLeft, uint16_t>
              : isSigned(type) ? shift<ShiftRight, int16_t>
                               : shift<ShiftRight, uint16_t>;
    break;
  case 4:
    handler = left             ? shift<ShiftLeft, uint32_t>
              : isSigned(type) ? shift<ShiftRight, int32_t>
                               : shift<ShiftRight, uint32_t>;
    break;
  default:
    handler = left             ? shift<ShiftLeft, uint64_t>
              : isSigned(type) ? shift<ShiftRight, int64_t>
                               : shift<ShiftRight, uint64_t>;
  }
  d.emit(handler,
         {d.destination(0, type), d.source(1, type), d.source(2, Type::U32)});
}

void decodeFunnel(Decoder &d) {
  int direction = d.takeOneOf({"l", "r"});
  int mode = d.takeOneOf({"wrap", "clamp"});
  Type type = d.takeType({Type::B32});
  d.expectOperands(4);
  if (direction < 0 || mode < 0)
    d.error("'shf' without its direction or mode");
  Handler handlers[2][2] = {{ternary<Wrapped<FunnelLeft>, uint32_t>,
                             ternary<Clamped<FunnelLeft>, uint32_t>},
                            {ternary<Wrapped<FunnelRight>, uint32_t>,
                             ternary<Clamped<FunnelRight>, uint32_t>}};
  d.emit(handlers[direction][mode],
         {d.destination(0, type), d.source(1, type), d.source(2, type),
          d.source(3, Type::U32)});
}

template <typename Op> void decodeCount(Decoder &d) {
  Type type = d.takeType({Type::B32, Type::B64});
  d.expectOperands(2);
  d.emit(sizeOf(type) == 4 ? count<Op, uint32_t> : count<Op, uint64_t>,
         {d.destination(0, Type::U32), d.source(1, type)});
}

template <typename Op> Handler findHandler(Type type) {
  switch (type) {
  case Type::U32:
    return count<Op, uint32_t>;
  case Type::S32:
    return count<Op, int32_t>;
  case Type::U64:
    return count<Op, uint64_t>;
  default:
    return count<Op, int64_t>;
  }
}

void decodeBfind(Decoder &d) {
  bool distance = d.take("shiftamt");
  Type type = d.takeType({Type::U32, Type::S32, Type::U64, Type::S64});
  d.expectOperands(2);
  d.emit(distance ? findHandler<BfindShift>(type) : findHandler<Bfind>(type),
         {d.destination(0, Type::U32), d.source(1, type)});
}

void decodeBrev(Decoder &d) {
  Type type = d.takeType({Type::B32, Type::B64});
  d.expectOperands(2);
  d.emit(sizeOf(type) == 4 ? unary<Brev, uint32_t> : unary<Brev, uint64_t>,
         {d.destination(0, type), d.source(1, type)});
}

void decodeBfe(Decoder &d) {
  Type type = d.takeType({Type::U32, Type::S32, Type::U64, Type::S64});
  d.expectOperands(4);
  Handler handler = type == Type::U32   ? extractField<uint32_t>
                    : type == Type::S32 ? extractField<int32_t>
                    : type == Type::U64 ? extractField<uint64_t>
                                        : extractField<int64_t>;
  d.emit(handler, {d.destination(0, type), d.source(1, type),
                   d.source(2, Type::U32), d.source(3, Type::U32)});
}

void decodeBfi(Decoder &d) {
  Type type = d.takeType({Type::B32, Type::B64});
  d.expectOperands(5);
  d.emit(sizeOf(type) == 4 ? insertField<uint32_t> : insertField<uint64_t>,
         {d.destination(0, type), d.source(1, type), d.source(2, type),
          d.source(3, Type::U32), d.source(4, Type::U32)});
}

void decodeLop3(Decoder &d) {
  Type type = d.takeType({Type::B32});
  d.expectOperands(5);
  d.emit(logic3, {d.destination(0, type), d.source(1, type), d.source(2, type),
                  d.source(3, type)})
      .mode = d.immediate(4);
}

void decodePrmt(Decoder &d) {
  Type type = d.takeType({Type::B32});
  d.expectOperands(4);
  d.emit(permute, {d.destination(0, type), d.source(1, type), d.source(2, type),
                   d.source(3, type)});
}

} // namespace

void vib::cuda::addBitOpcodes(OpcodeTable &table) {
  table["and"] = decodeLogic<And>;
  table["or"] = decodeLogic<Or>;
  table["xor"] = decodeLogic<Xor>;
  table["not"] = decodeNot;
  table["shl"] = decodeShift;
  table["shr"] = decodeShift;
  table["shf"] = decodeFunnel;
  table["popc"] = decodeCount<Popc>;
  table["clz"] = decodeCount<Clz>;
  table["bfind"] = decodeBfind;
  table["brev"] = decodeBrev;
  table["bfe"] = decodeBfe;
  table["bfi"] = decodeBfi;
  table["lop3"] = decodeLop3;
  table["prmt"] = decodePrmt;
}
