//===- Program.h - Decoded PTX ----------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A PTX instruction is decoded to an Instruction: a function that executes it
// for 32 lanes at once, and the places of its operands in the register file of
// a warp. Constants and special registers are in that file too, so a function
// only sees arrays of lanes.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_PROGRAM_H
#define VIB_TEST_CUDADRIVER_PROGRAM_H

#include "test/cuda-driver/Type.h"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vib::cuda {

class Warp;
struct Instruction;

/// A place in a warp's register file: its first byte. A register of n bytes
/// takes 32 n bytes, one lane after the other. A predicate takes 4 bytes, one
/// bit per lane.
using Slot = uint32_t;

using Handler = void (*)(Warp &, const Instruction &);

/// What an instruction requires, and how execution continues after it.
enum class Kind : uint8_t {
  Plain,         ///< Runs for the active lanes; then the next instruction.
  Branch,        ///< Jumps to `target`.
  BranchIndexed, ///< Jumps to `targets[operand 0]`.
  Exit,
  BlockBarrier, ///< Barrier `operand 0` of `operand 1` threads.
  WholeWarp,    ///< Needs the 32 lanes together.
  NamedLanes    ///< Needs the lanes of the mask in the last operand together.
};

enum class Space : uint8_t { Generic, Global, Shared, Local, Param };

struct Instruction {
  Handler execute = nullptr;
  Kind kind = Kind::Plain;
  bool guarded = false;
  bool negated = false;      ///< Whether the guard is negated.
  bool shortAddress = false; ///< Whether the address has 32 bits.
  Space space = Space::Generic;
  uint8_t count = 0; ///< Elements of a vector, or matrices.
  uint8_t size = 0;  ///< Bytes of an element in memory.
  uint8_t mode = 0;  ///< A variant of the instruction.
  uint8_t flags = 0;
  Slot guard = 0;
  uint32_t line = 0;   ///< The line of the PTX text, from 1.
  uint32_t target = 0; ///< The next instruction, or a table.
  int64_t offset = 0;  ///< Added to an address.
  std::array<Slot, 15> operands = {};
};

/// Registers that the scheduler writes into a warp's register file.
enum class Special : uint8_t {
  TidX,
  TidY,
  TidZ,
  NtidX,
  NtidY,
  NtidZ,
  CtaidX,
  CtaidY,
  CtaidZ,
  NctaidX,
  NctaidY,
  NctaidZ,
  LaneId,
  WarpId,
  NwarpId,
  LanemaskEq,
  LanemaskLe,
  LanemaskLt,
  LanemaskGe,
  LanemaskGt,
  DynamicSharedSize,
  TotalSharedSize,
  SmId,
  NsmId
};

/// A variable in shared or local memory.
struct Variable {
  std::string name;
  uint32_t align = 1;
  uint64_t size = 0;
  uint64_t address = 0;
};

struct Parameter {
  std::string name;
  uint32_t offset = 0;
  uint32_t size = 0;
  uint32_t pointeeAlign = 1; ///< `.ptr .align`.
};

struct Constant {
  Slot slot;
  unsigned size;
  uint64_t value;
};

/// The text of a module, for messages.
using Lines = std::vector<std::string>;

struct Kernel {
  std::string name;
  std::shared_ptr<const Lines> lines;
  std::vector<Instruction> code;
  std::vector<std::vector<uint32_t>> tables; ///< The tables of brx.idx.
  uint32_t registerBytes = 0;
  std::vector<Constant> constants;
  std::vector<std::pair<Special, Slot>> specials;
  std::vector<Parameter> parameters;
  uint32_t parameterBytes = 0;
  std::vector<Variable> shared; ///< Those of fixed size, by address.
  /// The start of dynamic shared memory, if there is a variable for it.
  uint32_t dynamicShared = 0;
  bool usesDynamicShared = false;
  /// The size as the driver counts it, without the gaps between variables.
  uint32_t staticSharedBytes = 0;
  std::vector<Variable> local;
  uint32_t localBytes = 0;
  /// The width of the narrowest accesses: the resolution of the checks for
  /// races.
  uint32_t sharedGranule = 16;
  uint32_t globalGranule = 16;
  uint32_t maxThreads = 0;                      ///< .maxntid; 0 if absent.
  std::array<uint32_t, 3> requiredThreads = {}; ///< .reqntid.
};

/// A variable in global or constant memory.
struct GlobalVariable {
  std::string name;
  uint32_t align = 1;
  uint64_t size = 0;
  std::vector<uint8_t> initial; ///< Zero if empty.
  uint64_t address = 0;         ///< Assigned when it is loaded.
};

/// A PTX module, decoded for the device into which it is loaded.
struct Program {
  std::vector<std::unique_ptr<Kernel>> kernels;
  std::vector<GlobalVariable> globals;
  unsigned target = 0;  ///< 80 for sm_80.
  unsigned version = 0; ///< 70 for PTX 7.0.
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_PROGRAM_H
