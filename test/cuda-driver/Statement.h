//===- Statement.h - A PTX statement before decoding ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_STATEMENT_H
#define VIB_TEST_CUDADRIVER_STATEMENT_H

#include "test/cuda-driver/Program.h"

#include <optional>
#include <string>
#include <vector>

namespace vib::cuda {

struct Register {
  Slot slot = 0;
  Type type = Type::B32;
};

struct Operand {
  enum Kind : uint8_t {
    Reg,
    Integer, ///< `bits`.
    Single,  ///< `bits` of an f32.
    Double,  ///< `bits` of an f64.
    Symbol,  ///< `name`: a variable, parameter, label or special register.
    Vector,  ///< `elements`.
    Address, ///< `elements[0]` + `bits`.
    Sink     ///< `_`.
  };

  Kind kind = Sink;
  bool negated = false; ///< `!%p`.
  Register reg;
  uint64_t bits = 0;
  std::string name;
  std::vector<Operand> elements;
  /// The second destination, as in `%r1|%p1`.
  std::vector<Operand> second;
};

struct Statement {
  uint32_t line = 0;
  std::string opcode;                 ///< Up to the first dot.
  std::vector<std::string> modifiers; ///< Without dots.
  std::optional<Operand> guard;
  std::vector<Operand> operands;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_STATEMENT_H
