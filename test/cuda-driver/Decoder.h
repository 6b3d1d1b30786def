//===- Decoder.h - Decode statements of PTX ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For each opcode there is a function that decodes it. It takes the modifiers
// that it knows, requests its operands by size, and emits the instruction. A
// modifier that is not taken is an error, as is an extra operand: nothing is
// ignored.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_DECODER_H
#define VIB_TEST_CUDADRIVER_DECODER_H

#include "test/cuda-driver/Lexer.h"
#include "test/cuda-driver/Statement.h"

#include <initializer_list>
#include <map>
#include <string_view>
#include <utility>

namespace vib::cuda {

/// A kernel while it is being decoded: allocates the register file and knows
/// the addresses of variables.
class KernelBuilder {
public:
  explicit KernelBuilder(Kernel &kernel) : kernel(kernel) {}

  Slot allocate(Type type);
  Slot constant(uint64_t value, unsigned size);
  Slot special(Special special);

  Kernel &kernel;
  /// Branches to labels that have not been seen yet: instruction and label.
  std::vector<std::pair<size_t, std::string>> openBranches;
  /// The same for brx.idx: table and name.
  std::vector<std::pair<size_t, std::string>> openTables;
  /// Symbols by name: the value that `mov` gives, and an address operand means.
  std::unordered_map<std::string, uint64_t> symbols;

private:
  std::map<std::pair<uint64_t, unsigned>, Slot> constants;
  std::map<Special, Slot> specials;
};

enum class Rounding : uint8_t { Nearest, Zero, Down, Up };

class Decoder {
public:
  Decoder(KernelBuilder &builder, const Statement &statement)
      : statement(statement), builder(builder),
        taken(statement.modifiers.size()) {}

  /// Emits the instructions of the statement. Targets of branches stay open.
  void decode();

  // Modifiers.

  /// Takes the modifier if the statement has it. Returns whether it has.
  bool take(std::string_view modifier);
  /// Takes a modifier in `names`, and returns its index; -1 if there is none.
  int takeOneOf(std::initializer_list<std::string_view> names);
  /// Takes the next modifier, which must be a type.
  Type takeType();
  /// The same; the type must be one of `allowed`.
  Type takeType(std::initializer_list<Type> allowed);
  /// Takes the rounding of an arithmetic instruction; .rn if there is none.
  Rounding takeRounding();

  // Operands.

  size_t numOperands() const { return statement.operands.size(); }
  void expectOperands(size_t count);
  void expectOperands(size_t least, size_t most);
  const Operand &operand(size_t index) const;
  /// A register, a constant or the address of a variable, read as `type`.
  Slot source(size_t index, Type type) { return source(operand(index), type); }
  Slot source(const Operand &operand, Type type);
  /// The same for a register that may be wider than `type`: its slot and its
  /// size.
  std::pair<Slot, unsigned> wideSource(const Operand &operand, Type type);
  Slot destination(size_t index, Type type) {
    return destination(operand(index), type);
  }
  Slot destination(const Operand &operand, Type type);
  std::pair<Slot, unsigned> wideDestination(const Operand &operand, Type type);
  /// A predicate that is read. Its negation gets a register of its own.
  Slot predicate(const Operand &operand);
  Slot predicateDestination(const Operand &operand);
  /// The elements of a vector operand; any other operand is its only element.
  const std::vector<Operand> &elements(size_t index, size_t count);
  /// A constant whose value must be known now.
  uint64_t immediate(size_t index);
  /// Makes an address the operand `place` of an instruction that adds the
  /// `offset` itself.
  void setAddress(Instruction &instruction, size_t place, size_t index);
  /// The same, but the offset is added beforehand: 64 bits per lane.
  Slot address(size_t index);

  Slot temporary(Type type) { return builder.allocate(type); }
  Slot constant(uint64_t value, unsigned size) {
    return builder.constant(value, size);
  }

  Instruction &emit(Handler handler, std::initializer_list<Slot> operands = {});

  /// Emits the negation of a predicate.
  void emitNot(Slot destination, Slot source);

  [[noreturn]] void error(const std::string &reason) const;

  const Statement &statement;
  KernelBuilder &builder;

private:
  void checkRegister(const Register &reg, Type type, bool wider) const;

  std::vector<bool> taken; ///< For each modifier.
};

bool isOpcode(std::string_view name);

using DecodeFunction = void (*)(Decoder &);
using OpcodeTable = std::unordered_map<std::string_view, DecodeFunction>;

// Each is defined in the file of its name.
void addIntegerOpcodes(OpcodeTable &table);
void addBitOpcodes(OpcodeTable &table);
void addFloatOpcodes(OpcodeTable &table);
void addConvertOpcodes(OpcodeTable &table);
void addCompareOpcodes(OpcodeTable &table);
void addMoveOpcodes(OpcodeTable &table);
void addLoadStoreOpcodes(OpcodeTable &table);
void addAtomicOpcodes(OpcodeTable &table);
void addAsyncCopyOpcodes(OpcodeTable &table);
void addMatrixOpcodes(OpcodeTable &table);
void addExchangeOpcodes(OpcodeTable &table);
void addControlOpcodes(OpcodeTable &table);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_DECODER_H
