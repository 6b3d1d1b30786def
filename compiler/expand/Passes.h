//===- Passes.h - Expand ops on every target --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_EXPAND_PASSES_H
#define VIB_COMPILER_EXPAND_PASSES_H

#include "mlir/Pass/Pass.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/expand/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/expand/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_EXPAND_PASSES_H
