//===- Decoder.cpp - Decode statements of PTX -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace vib::cuda;

//===----------------------------------------------------------------------===//
// KernelBuilder
//===----------------------------------------------------------------------===//

namespace {

/// Registers are aligned as vectors of the host need.
constexpr uint32_t slotAlign = 64;

/// The special registers by name.
const std::unordered_map<std::string_view, Special> specialRegisters = {
    {"%tid.x", Special::TidX},
    {"%tid.y", Special::TidY},
    {"%tid.z", Special::TidZ},
    {"%ntid.x", Special::NtidX},
    {"%ntid.y", Special::NtidY},
    {"%ntid.z", Special::NtidZ},
    {"%ctaid.x", Special::CtaidX},
    {"%ctaid.y", Special::CtaidY},
    {"%ctaid.z", Special::CtaidZ},
    {"%nctaid.x", Special::NctaidX},
    {"%nctaid.y", Special::NctaidY},
    {"%nctaid.z", Special::NctaidZ},
    {"%laneid", Special::LaneId},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::NwarpId},
    {"%lanemask_eq", Special::LanemaskEq},
    {"%lanemask_le", Special::LanemaskLe},
    {"%lanemask_lt", Special::LanemaskLt},
    {"%lanemask_ge", Special::LanemaskGe},
    {"%lanemask_gt", Special::LanemaskGt},
    {"%dynamic_smem_size", Special::DynamicSharedSize},
    {"%total_smem_size", Special::TotalSharedSize},
    {"%smid", Special::SmId},
    {"%nsmid", Special::NsmId}};

const OpcodeTable &opcodes() {
  static const OpcodeTable table = [] {
    OpcodeTable table;
    addIntegerOpcodes(table);
    addBitOpcodes(table);
    addFloatOpcodes(table);
    addConvertOpcodes(table);
    addCompareOpcodes(table);
    addMoveOpcodes(table);
    addLoadStoreOpcodes(table);
    addAtomicOpcodes(table);
    addAsyncCopyOpcodes(table);
    addMatrixOpcodes(table);
    addExchangeOpcodes(table);
    addControlOpcodes(table);
    return table;
  }();
  return table;
}

void notPredicate(Warp &warp, const Instruction &i) {
  warp.setPredicate(i.operands[0], ~warp.predicate(i.operands[1]));
}

/// Adds the offset to a base of type T, giving an address of 64 bits per lane.
template <typename T> void addOffset(Warp &warp, const Instruction &i) {
  T offset = static_cast<T>(i.offset);
  mapLanes(
      warp, warp.lanes<uint64_t>(i.operands[0]),
      [offset](T base) { return uint64_t(T(base + offset)); },
      warp.lanes<T>(i.operands[1]));
}

} // namespace

Slot KernelBuilder::allocate(Type type) {
  uint32_t bytes = type == Type::Pred ? 4 : 32 * std::max(2u, sizeOf(type));
  uint32_t align = type == Type::Pred ? 4 : slotAlign;
  kernel.registerBytes = (kernel.registerBytes + align - 1) / align * align;
  Slot slot = kernel.registerBytes;
  kernel.registerBytes += bytes;
  return slot;
}

Slot KernelBuilder::constant(uint64_t value, unsigned size) {
  if (size != 0 && size < 8)
    value &= (uint64_t(1) << (8 * size)) - 1;
  auto [entry, isNew] = constants.try_emplace({value, size}, 0);
  if (isNew) {
    entry->second = allocate(size == 0   ? Type::Pred
                             : size == 8 ? Type::B64
                             : size == 4 ? Type::B32
                                         : Type::B16);
    kernel.constants.push_back({entry->second, size, value});
  }
  return entry->second;
}

Slot KernelBuilder::special(Special special) {
  auto [entry, isNew] = specials.try_emplace(special, 0);
  if (isNew) {
    entry->second = allocate(Type::B32);
    kernel.specials.emplace_back(special, entry->second);
  }
  return entry->second;
}

bool vib::cuda::isOpcode(std::string_view name) {
  return opcodes().count(name) != 0;
}

//===----------------------------------------------------------------------===//
// Modifiers
//===----------------------------------------------------------------------===//

void Decoder::error(const std::string &reason) const {
  throw PtxError(statement.line, reason);
}

void Decoder::decode() {
  auto opcode = opcodes().find(statement.opcode);
  if (opcode == opcodes().end())
    error(fmt::format("unknown opcode '{}'", statement.opcode));
  opcode->second(*this);
  for (size_t i = 0; i != taken.size(); ++i)
    if (!taken[i])
      error(fmt::format("unknown modifier '.{}' of '{}'",
                        statement.modifiers[i], statement.opcode));
}

bool Decoder::take(std::string_view modifier) {
  for (size_t i = 0; i != taken.size(); ++i) {
    if (!taken[i] && statement.modifiers[i] == modifier) {
      taken[i] = true;
      return true;
    }
  }
  return false;
}

int Decoder::takeOneOf(std::initializer_list<std::string_view> names) {
  int place = 0;
  for (std::string_view name : names) {
    if (take(name))
      return place;
    ++place;
  }
  return -1;
}

Type Decoder::takeType() {
  for (size_t i = 0; i != taken.size(); ++i) {
    if (taken[i])
      continue;
    if (std::optional<Type> type = typeOf(statement.modifiers[i])) {
      taken[i] = true;
      return *type;
    }
  }
  error(fmt::format("'{}' without a type", statement.opcode));
}

Type Decoder::takeType(std::initializer_list<Type> allowed) {
  Type type = takeType();
  if (std::find(allowed.begin(), allowed.end(), type) == allowed.end())
    error(fmt::format("this type is unknown for '{}'", statement.opcode));
  return type;
}

Rounding Decoder::takeRounding() {
  int rounding = takeOneOf({"rn", "rz", "rm", "rp"});
  return static_cast<Rounding>(std::max(rounding, 0));
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

void Decoder::expectOperands(size_t count) { expectOperands(count, count); }

void Decoder::expectOperands(size_t least, size_t most) {
  if (numOperands() < least || numOperands() > most)
    error(
        fmt::format("'{}' with {} operands", statement.opcode, numOperands()));
}

const Operand &Decoder::operand(size_t index) const {
  if (index >= numOperands())
    error(
        fmt::format("'{}' without an operand {}", statement.opcode, index + 1));
  return statement.operands[index];
}

void Decoder::checkRegister(const Register &reg, Type type, bool wider) const {
  unsigned size = sizeOf(reg.type);
  bool fits = wider ? size >= sizeOf(type) : size == sizeOf(type);
  if ((reg.type == Type::Pred) != (type == Type::Pred) || !fits)
    error(fmt::format("a register of {} bytes where the type has {}", size,
                      sizeOf(type)));
}

Slot Decoder::source(const Operand &operand, Type type) {
  if (operand.kind == Operand::Reg)
    checkRegister(operand.reg, type, false);
  return wideSource(operand, type).first;
}

std::pair<Slot, unsigned> Decoder::wideSource(const Operand &operand,
                                              Type type) {
  unsigned size = std::max(2u, sizeOf(type));
  switch (operand.kind) {
  case Operand::Reg:
    checkRegister(operand.reg, type, true);
    return {operand.reg.slot, sizeOf(operand.reg.type)};
  case Operand::Integer:
    return {constant(operand.bits, size), size};
  case Operand::Single:
  case Operand::Double: {
    uint64_t bits = operand.bits;
    if (operand.kind == Operand::Single && size == 8) {
      double value = bitCast<float>(static_cast<uint32_t>(bits));
      bits = bitCast<uint64_t>(value);
    } else if (operand.kind == Operand::Double && size == 4) {
      float value = static_cast<float>(bitCast<double>(bits));
      bits = bitCast<uint32_t>(value);
    }
    return {constant(bits, size), size};
  }
  case Operand::Symbol: {
    auto special = specialRegisters.find(operand.name);
    if (special != specialRegisters.end()) {
      if (sizeOf(type) != 4)
        error(fmt::format("{} has 32 bits", operand.name));
      return {builder.special(special->second), 4};
    }
    auto symbol = builder.symbols.find(operand.name);
    if (symbol == builder.symbols.end())
      error(fmt::format("unknown name '{}'", operand.name));
    return {constant(symbol->second + operand.bits, size), size};
  }
  default:
    error("an operand of another kind was expected");
  }
}

Slot Decoder::destination(const Operand &operand, Type type) {
  if (operand.kind == Operand::Sink)
    return temporary(type);
  if (operand.kind != Operand::Reg)
    error("the destination is no register");
  checkRegister(operand.reg, type, false);
  return operand.reg.slot;
}

std::pair<Slot, unsigned> Decoder::wideDestination(const Operand &operand,
                                                   Type type) {
  if (operand.kind == Operand::Sink)
    return {temporary(type), std::max(2u, sizeOf(type))};
  if (operand.kind != Operand::Reg)
    error("the destination is no register");
  checkRegister(operand.reg, type, true);
  return {operand.reg.slot, sizeOf(operand.reg.type)};
}

Slot Decoder::predicate(const Operand &operand) {
  if (operand.kind == Operand::Integer)
    return constant(operand.bits ? 0xFFFFFFFF : 0, 0);
  if (operand.kind != Operand::Reg || operand.reg.type != Type::Pred)
    error("the operand is no predicate");
  if (!operand.negated)
    return operand.reg.slot;
  Slot negated = temporary(Type::Pred);
  emitNot(negated, operand.reg.slot);
  return negated;
}

Slot Decoder::predicateDestination(const Operand &operand) {
  if (operand.kind == Operand::Sink)
    return temporary(Type::Pred);
  if (operand.kind != Operand::Reg || operand.reg.type != Type::Pred)
    error("the destination is no predicate");
  return operand.reg.slot;
}

const std::vector<Operand> &Decoder::elements(size_t index, size_t count) {
  const Operand &vector = operand(index);
  if (vector.kind != Operand::Vector || vector.elements.size() != count)
    error(fmt::format("operand {} has to be a vector of {}", index + 1, count));
  return vector.elements;
}

uint64_t Decoder::immediate(size_t index) {
  if (operand(index).kind != Operand::Integer)
    error(fmt::format("operand {} has to be a constant", index + 1));
  return operand(index).bits;
}

void Decoder::setAddress(Instruction &instruction, size_t place, size_t index) {
  const Operand &address = operand(index);
  if (address.kind != Operand::Address)
    error(fmt::format("operand {} has to be an address", index + 1));
  const Operand &base = address.elements[0];
  bool isRegister = base.kind == Operand::Reg;
  instruction.shortAddress = isRegister && sizeOf(base.reg.type) == 4;
  instruction.operands[place] =
      source(base, instruction.shortAddress ? Type::B32 : Type::B64);
  instruction.offset = static_cast<int64_t>(address.bits);
}

Slot Decoder::address(size_t index) {
  Instruction address;
  setAddress(address, 1, index);
  if (!address.shortAddress && address.offset == 0)
    return address.operands[1];
  address.operands[0] = temporary(Type::B64);
  Instruction &added =
      emit(address.shortAddress ? addOffset<uint32_t> : addOffset<uint64_t>,
           {address.operands[0], address.operands[1]});
  added.offset = address.offset;
  return address.operands[0];
}

void Decoder::emitNot(Slot destination, Slot source) {
  emit(notPredicate, {destination, source});
}

Instruction &Decoder::emit(Handler handler,
                           std::initializer_list<Slot> operands) {
  Instruction instruction;
  instruction.execute = handler;
  instruction.line = statement.line;
  std::copy(operands.begin(), operands.end(), instruction.operands.begin());
  if (statement.guard) {
    instruction.guarded = true;
    instruction.negated = statement.guard->negated;
    instruction.guard = statement.guard->reg.slot;
  }
  builder.kernel.code.push_back(instruction);
  return builder.kernel.code.back();
}
