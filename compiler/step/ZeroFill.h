//===- ZeroFill.h - Tensors that are filled with zeros ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_ZEROFILL_H
#define VIB_COMPILER_STEP_ZEROFILL_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// The op that fills `value` with zeros, or null if none does.
mlir::linalg::FillOp getZeroFill(mlir::Value value);

/// The same for what an op with one result adds its terms to.
mlir::linalg::FillOp getZeroFill(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_STEP_ZEROFILL_H
