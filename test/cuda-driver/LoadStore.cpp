//===- LoadStore.cpp - ld and st ------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

/// Operand 0 is the address. i.count registers of type Reg follow, each for a
/// Mem in memory.
template <typename Reg, typename Mem> void load(Warp &w, const Instruction &i) {
  uint64_t addresses[32];
  uint8_t *host[32];
  w.addresses(i, addresses);
  w.block.access(w, i.space, addresses, i.count * sizeof(Mem), false, host);
  for (unsigned k = 0; k != i.count; ++k) {
    Reg *d = w.lanes<Reg>(i.operands[1 + k]);
    eachActive(w.active, [&](unsigned lane) {
      Mem value;
      std::memcpy(&value, host[lane] + k * sizeof(Mem), sizeof(Mem));
      d[lane] = static_cast<Reg>(value);
    });
  }
}

template <typename Reg, typename Mem>
void store(Warp &w, const Instruction &i) {
  uint64_t addresses[32];
  uint8_t *host[32];
  w.addresses(i, addresses);
  w.block.access(w, i.space, addresses, i.count * sizeof(Mem), true, host);
  for (unsigned k = 0; k != i.count; ++k) {
    const Reg *s = w.lanes<Reg>(i.operands[1 + k]);
    eachActive(w.active, [&](unsigned lane) {
      Mem value = static_cast<Mem>(s[lane]);
      std::memcpy(host[lane] + k * sizeof(Mem), &value, sizeof(Mem));
    });
  }
}

template <typename Reg> Handler loadHandler(Type type) {
  switch (sizeOf(type)) {
  case 1:
    return isSigned(type) ? load<Reg, int8_t> : load<Reg, uint8_t>;
  case 2:
    return isSigned(type) ? load<Reg, int16_t> : load<Reg, uint16_t>;
  case 4:
    return isSigned(type) ? load<Reg, int32_t> : load<Reg, uint32_t>;
  default:
    return load<Reg, uint64_t>;
  }
}

template <typename Reg> Handler storeHandler(Type type) {
  switch (sizeOf(type)) {
  case 1:
    return store<Reg, uint8_t>;
  case 2:
    return store<Reg, uint16_t>;
  case 4:
    return store<Reg, uint32_t>;
  default:
    return store<Reg, uint64_t>;
  }
}

Space takeSpace(Decoder &d) {
  if (d.take("global"))
    return Space::Global;
  if (d.take("shared") || d.take("shared::cta"))
    return Space::Shared;
  if (d.take("local"))
    return Space::Local;
  if (d.take("param") || d.take("param::entry"))
    return Space::Param;
  if (d.take("const"))
    return Space::Global;
  return Space::Generic;
}

void noteGranule(Decoder &d, Space space, unsigned bytes) {
  Kernel &kernel = d.builder.kernel;
  if (space == Space::Shared || space == Space::Generic)
    kernel.sharedGranule = std::min(kernel.sharedGranule, bytes);
  if (space == Space::Global || space == Space::Generic)
    kernel.globalGranule = std::min(kernel.globalGranule, bytes);
}

/// Takes hints and memory orders, which have no effect when instructions are
/// executed one at a time.
void takeHints(Decoder &d) {
  d.takeOneOf({"weak", "volatile", "relaxed", "acquire", "release"});
  d.takeOneOf({"cta", "cluster", "gpu", "sys"});
  d.takeOneOf({"ca", "cg", "cs", "lu", "cv", "wb", "wt"});
  d.take("nc");
  d.takeOneOf({"L1::evict_normal", "L1::evict_unchanged", "L1::evict_first",
               "L1::evict_last", "L1::no_allocate"});
  d.takeOneOf({"L2::64B", "L2::128B", "L2::256B"});
}

void decodeAccess(Decoder &d, bool isLoad) {
  Space space = takeSpace(d);
  takeHints(d);
  int vector = d.takeOneOf({"v2", "v4"});
  Type type = d.takeType();
  d.expectOperands(2);
  size_t place = isLoad ? 0 : 1;
  size_t count = vector < 0 ? 1 : vector ? 4 : 2;
  if (sizeOf(type) == 0 || count * sizeOf(type) > 16)
    d.error("an access of this type");
  noteGranule(d, space, count * sizeOf(type));

  Instruction access;
  d.setAddress(access, 0, isLoad ? 1 : 0);
  // All registers of a vector must have the same size.
  unsigned size = 0;
  for (size_t k = 0; k != count; ++k) {
    const Operand &element =
        vector < 0 ? d.operand(place) : d.elements(place, count)[k];
    if (isLoad && element.kind == Operand::Sink)
      continue;
    auto [slot, bytes] =
        isLoad ? d.wideDestination(element, type) : d.wideSource(element, type);
    if (size && bytes != size)
      d.error("registers of different sizes");
    size = bytes;
    access.operands[1 + k] = slot;
  }
  if (!size)
    d.error("a load into nothing");
  for (size_t k = 0; k != count; ++k)
    if (isLoad && vector >= 0 &&
        d.elements(place, count)[k].kind == Operand::Sink)
      access.operands[1 + k] = d.temporary(size == 8   ? Type::B64
                                           : size == 4 ? Type::B32
                                                       : Type::B16);
  Handler handler = size == 2   ? (isLoad ? loadHandler<uint16_t>(type)
                                          : storeHandler<uint16_t>(type))
                    : size == 4 ? (isLoad ? loadHandler<uint32_t>(type)
                                          : storeHandler<uint32_t>(type))
                                : (isLoad ? loadHandler<uint64_t>(type)
                                          : storeHandler<uint64_t>(type));
  Instruction &i = d.emit(handler);
  i.operands = access.operands;
  i.shortAddress = access.shortAddress;
  i.offset = access.offset;
  i.space = space;
  i.count = count;
}

void decodeLd(Decoder &d) { decodeAccess(d, true); }
void decodeSt(Decoder &d) { decodeAccess(d, false); }

/// A prefetch is only a hint, so nothing happens.
void decodePrefetch(Decoder &d) {
  takeSpace(d);
  d.takeOneOf({"L1", "L2", "L2::evict_last", "L2::evict_normal"});
  d.expectOperands(1);
  d.address(0);
}

} // namespace

void vib::cuda::addLoadStoreOpcodes(OpcodeTable &table) {
  table["ld"] = decodeLd;
  table["ldu"] = decodeLd;
  table["st"] = decodeSt;
  table["prefetch"] = decodePrefetch;
  table["prefetchu"] = decodePrefetch;
}
