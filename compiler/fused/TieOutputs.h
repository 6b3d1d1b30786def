//===- TieOutputs.h - Compute results in their outs -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_TIEOUTPUTS_H
#define VIB_COMPILER_FUSED_TIEOUTPUTS_H

#include "dialect/Vib.h"

namespace vib {

/// Lets every yielded tensor be computed in its `outs` instead of in a
/// tensor.empty, and removes all other uses of the `outs`.
void tieOutputs(KernelOp kernel);

} // namespace vib

#endif // VIB_COMPILER_FUSED_TIEOUTPUTS_H
