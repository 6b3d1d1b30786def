//===- VerifyPtx.cpp - Verify PTX -----------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/EmitPtx.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace vib;

/// The reason why the line is not allowed; empty if it is allowed.
static StringRef findFault(StringRef line) {
  // Skip the predicate of the instruction.
  if (line.starts_with("@"))
    line = line.drop_until(isSpace).ltrim();
  StringRef op = line.take_until(isSpace);
  auto [base, modifiers] = op.split('.');
  bool isReal = op.ends_with(".f32") || op.ends_with(".f64");
  if ((base == "add" || base == "sub" || base == "mul") && isReal &&
      !modifiers.contains("rn"))
    return "the assembler may fuse it into an fma";
  if ((base == "div" || base == "sqrt" || base == "rcp") && isReal &&
      modifiers.contains("approx"))
    return "it is not rounded as IEEE 754 requires";
  if (isReal && modifiers.contains("ftz"))
    return "it flushes denormals to zero";
  if (base == "atom" || base == "red")
    return "the result would depend on the order of the blocks";
  if (op == ".func" || line.contains(" .func ") || base == "call")
    return "expected no functions other than kernels";
  if (op == ".local" || modifiers.contains("local"))
    return "expected no local memory";
  if (op == ".extern" && !line.starts_with(".extern .shared "))
    return "expected no external symbols";
  return {};
}

Error vib::verifyPtx(StringRef ptx) {
  unsigned number = 0;
  for (StringRef line : split(ptx, '\n')) {
    ++number;
    line = line.trim();
    if (StringRef fault = findFault(line); !fault.empty())
      return createStringError("line " + Twine(number) + ", '" + line +
                               "': " + fault);
  }
  return Error::success();
}
