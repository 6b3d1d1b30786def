//===- VerifyPtx.cpp - What PTX of ours never has -------------------------===//
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

/// Why the line is wrong; empty if it is not.
static StringRef findFault(StringRef line) {
  // A predicate before the instruction.
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
    return "it is not rounded as IEEE says";
  if (isReal && modifiers.contains("ftz"))
    return "it takes denormals for zeros";
  if (base == "atom" || base == "red")
    return "the bits would depend on the order of blocks";
  if (op == ".func" || line.contains(" .func ") || base == "call")
    return "no function but kernels is expected";
  if (op == ".local" || modifiers.contains("local"))
    return "no memory of a single thread is expected";
  if (op == ".extern" && !line.starts_with(".extern .shared "))
    return "no symbol of others is expected";
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
