//===- LowerCopies.cpp - Lower memref.copy to loops -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Passes.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_LOWERCOPIES
#include "compiler/reference/Passes.h.inc"
} // namespace vib

namespace {

struct LowerCopies : vib::impl::LowerCopiesBase<LowerCopies> {
  void runOnOperation() override {
    getOperation()->walk([&](memref::CopyOp copy) {
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy.erase();
      ++numLowered;
    });
  }
};

} // namespace
