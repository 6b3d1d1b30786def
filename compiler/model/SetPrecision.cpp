//===- SetPrecision.cpp - Set the precision of a model ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"
#include "compiler/model/Retype.h"
#include "mlir/IR/Builders.h"

namespace vib {
#define GEN_PASS_DEF_SETPRECISION
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

namespace {

struct SetPrecision : vib::impl::SetPrecisionBase<SetPrecision> {
  using SetPrecisionBase::SetPrecisionBase;

  void runOnOperation() override {
    if (precision.empty())
      return;
    Builder builder(&getContext());
    Type elementType = llvm::StringSwitch<Type>(precision)
                           .Cases({"f32", "bf16", "tf32"}, builder.getF32Type())
                           .Case("f64", builder.getF64Type())
                           .Default({});
    if (!elementType) {
      emitError(getOperation().getLoc(), "expected the precision f64, f32, "
                                         "tf32 or bf16 but got '")
          << precision << "'";
      return signalPassFailure();
    }
    retype(getOperation(), [&](RankedTensorType type) {
      return isa<FloatType>(type.getElementType()) ? type.clone(elementType)
                                                   : type;
    });
  }
};

} // namespace
