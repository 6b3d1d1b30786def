//===- Program.h - PTX after decoding ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A PTX instruction becomes one Instruction: a function that performs it for
// 32 lanes at once, and the places of its operands in the register file of a
// warp. Constants and special registers lie in that file too, so that a
// function sees nothing but arrays of lanes.
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
/// takes 32 n bytes, a lane after the other; a predicate takes 4, a bit a lane.
using Slot = uint32_t;

using Handler = void (*)(Warp &, const Instruction &);

/// What has to hold before an instruction runs, and what follows it.
enum class Kind : uint8_t {
  Plain,         ///< Runs for the active lanes; then the next instruction.
  Branch,        ///< To `target`.
  BranchIndexed, ///< To `targets[operand 0]`.
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
  bool negated = false;      ///< The guard holds where its predicate is false.
  bool shortAddress = false; ///< The address lies in a register of 32 bits.
  Space space = Space::Generic;
  uint8_t count = 0; ///< Elements of a vector, or matrices.
  uint8_t size = 0;  ///< Bytes of an element in memory.
  uint8_t mode = 0;  ///< A variant that the handler tells apart.
  uint8_t flags = 0;
  Slot guard = 0;
  uint32_t line = 0;   ///< Of the PTX text, from 1.
  uint32_t target = 0; ///< Of a branch; a table's number for BranchIndexed.
  int64_t offset = 0;  ///< Added to an address.
  std::array<Slot, 15> operands = {};
};

/// What the scheduler writes into a warp's register file.
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

/// A variable of .shared or .local memory.
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
  uint32_t pointeeAlign = 1; ///< `.ptr .align`: the value is a multiple.
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
  std::vector<std::vector<uint32_t>> tables; ///< Of brx.idx.
  uint32_t registerBytes = 0;
  std::vector<Constant> constants;
  std::vector<std::pair<Special, Slot>> specials;
  std::vector<Parameter> parameters;
  uint32_t parameterBytes = 0;
  std::vector<Variable> shared; ///< Those of fixed size, by address.
  /// Where the dynamic shared memory begins, if there is a variable for it.
  uint32_t dynamicShared = 0;
  bool usesDynamicShared = false;
  /// What the driver counts: the bytes without the gaps of the placement.
  uint32_t staticSharedBytes = 0;
  std::vector<Variable> local;
  uint32_t localBytes = 0;
  /// The widths of the narrowest accesses: what the checks for races tell
  /// apart.
  uint32_t sharedGranule = 16;
  uint32_t globalGranule = 16;
  uint32_t maxThreads = 0;                      ///< .maxntid, 0 without one.
  std::array<uint32_t, 3> requiredThreads = {}; ///< .reqntid.
};

/// A variable of .global or .const memory.
struct GlobalVariable {
  std::string name;
  uint32_t align = 1;
  uint64_t size = 0;
  std::vector<uint8_t> initial; ///< Empty: zero.
  uint64_t address = 0;         ///< Given by the device when it is loaded.
};

/// A PTX module, decoded for the device into which it was loaded.
struct Program {
  std::vector<std::unique_ptr<Kernel>> kernels;
  std::vector<GlobalVariable> globals;
  unsigned target = 0;  ///< 80 for sm_80.
  unsigned version = 0; ///< 70 for PTX 7.0.
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_PROGRAM_H
