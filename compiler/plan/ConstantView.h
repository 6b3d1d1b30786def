//===- ConstantView.h - A view at a constant place --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_CONSTANTVIEW_H
#define VIB_COMPILER_PLAN_CONSTANTVIEW_H

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <optional>

namespace vib {

/// A view of static size at a constant offset, with the byte behind its last.
struct ConstantView {
  mlir::memref::ViewOp op;
  int64_t offset, end;

  static std::optional<ConstantView> match(mlir::memref::ViewOp op);
  bool overlaps(ConstantView other) {
    return op.getSource() == other.op.getSource() && offset < other.end &&
           other.offset < end;
  }
  bool isSameAs(ConstantView other) {
    return op.getSource() == other.op.getSource() && offset == other.offset &&
           op.getType() == other.op.getType();
  }
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_CONSTANTVIEW_H
