//===- Decoder.h - From a statement of PTX to instructions ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An opcode has a function that decodes it: it takes the modifiers that it
// knows, asks for its operands by size, and emits the instruction. A modifier
// that nobody took is an error, as is an operand too many: nothing is ever
// passed over.
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

/// A kernel while it is being decoded: gives out places in the register file,
/// and knows the addresses of variables.
class KernelBuilder {
public:
  explicit KernelBuilder(Kernel &kernel) : kernel(kernel) {}

  Slot allocate(Type type);
  Slot constant(uint64_t value, unsigned size);
  Slot special(Special special);

  Kernel &kernel;
  /// Branches whose labels have not been seen: instruction and label.
  std::vector<std::pair<size_t, std::string>> openBranches;
  /// The same of brx.idx: table and name.
  std::vector<std::pair<size_t, std::string>> openTables;
  /// By name: what `mov` gives, and what an address operand means.
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

  /// Emits what the statement means. The target of a branch is left open.
  void decode();

  // Modifiers.

  /// Whether the statement has the modifier, which then is dealt with.
  bool take(std::string_view modifier);
  /// The place in `names` of the one modifier of them, or -1.
  int takeOneOf(std::initializer_list<std::string_view> names);
  /// The next modifier that is a type.
  Type takeType();
  /// The same, if its size is one of `sizes`.
  Type takeType(std::initializer_list<Type> allowed);
  /// `.rn`, `.rz`, `.rm` or `.rp` of an arithmetic instruction; .rn without.
  Rounding takeRounding();

  // Operands.

  size_t numOperands() const { return statement.operands.size(); }
  void expectOperands(size_t count);
  void expectOperands(size_t least, size_t most);
  const Operand &operand(size_t index) const;
  /// A register, constant or address of a variable, read as `type`.
  Slot source(size_t index, Type type) { return source(operand(index), type); }
  Slot source(const Operand &operand, Type type);
  /// The same for a register of any size at least that of `type`: its slot and
  /// its own size.
  std::pair<Slot, unsigned> wideSource(const Operand &operand, Type type);
  Slot destination(size_t index, Type type) {
    return destination(operand(index), type);
  }
  Slot destination(const Operand &operand, Type type);
  std::pair<Slot, unsigned> wideDestination(const Operand &operand, Type type);
  /// A predicate that is read, with its negation in a register of its own.
  Slot predicate(const Operand &operand);
  Slot predicateDestination(const Operand &operand);
  /// The elements of a vector operand; an operand that is none is one element.
  const std::vector<Operand> &elements(size_t index, size_t count);
  /// A constant that has to be known here.
  uint64_t immediate(size_t index);
  /// Makes an address the operand `place` of an instruction that adds its
  /// `offset` itself.
  void setAddress(Instruction &instruction, size_t place, size_t index);
  /// The same, added up before: 64 bits a lane.
  Slot address(size_t index);

  Slot temporary(Type type) { return builder.allocate(type); }
  Slot constant(uint64_t value, unsigned size) {
    return builder.constant(value, size);
  }

  Instruction &emit(Handler handler, std::initializer_list<Slot> operands = {});

  /// The negation of a predicate.
  void emitNot(Slot destination, Slot source);

  [[noreturn]] void error(const std::string &reason) const;

  const Statement &statement;
  KernelBuilder &builder;

private:
  void checkRegister(const Register &reg, Type type, bool wider) const;

  std::vector<bool> taken; ///< Of the modifiers.
};

bool isOpcode(std::string_view name);

using DecodeFunction = void (*)(Decoder &);
using OpcodeTable = std::unordered_map<std::string_view, DecodeFunction>;

// Each in the file of its name.
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
