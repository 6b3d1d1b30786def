//===- ActivationModels.cpp - The step of activations -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An activation's derivative is a function of its result where that exists, so
// that nothing but the result is kept. GELU has none: its derivative is
// computed with it and kept.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

namespace {

/// A formula is `apply`, and `pull`: the adjoint of the input from that of the
/// result and the result itself.
struct ReLUFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.max(x, scalars.constant(0.0));
  }
  static Value pull(ScalarBuilder &scalars, Value dy, Value y) {
    Value zero = scalars.constant(0.0);
    Value passes = scalars.compare(arith::CmpFPredicate::OGT, y, zero);
    return scalars.select(passes, dy, zero);
  }
};

struct TanhFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.tanh(x);
  }
  static Value pull(ScalarBuilder &scalars, Value dy, Value y) {
    Value slope = scalars.sub(scalars.constant(1.0), scalars.square(y));
    return scalars.mul(dy, slope);
  }
};

struct SigmoidFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.sigmoid(x);
  }
  static Value pull(ScalarBuilder &scalars, Value dy, Value y) {
    Value rest = scalars.sub(scalars.constant(1.0), y);
    return scalars.mul(dy, scalars.mul(y, rest));
  }
};

/// The derivative of softplus is the sigmoid, 1 - exp(-softplus(x)).
struct SoftplusFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.softplus(x);
  }
  static Value pull(ScalarBuilder &scalars, Value dy, Value y) {
    Value slope = scalars.neg(scalars.expm1(scalars.neg(y)));
    return scalars.mul(dy, slope);
  }
};

template <typename OpTy, typename Formula>
struct ActivationModel
    : DifferentiableOpInterface::ExternalModel<ActivationModel<OpTy, Formula>,
                                               OpTy> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto activation = cast<OpTy>(op);
    Value x = step.getTensor(activation.getInput());
    StringRef dims = StepBuilder::getMatrixDims(x);
    step.set(activation.getResult(),
             step.map({{x, dims}}, dims,
                      [](ScalarBuilder &scalars, ValueRange elements) {
                        return Formula::apply(scalars, elements[0]);
                      }));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto activation = cast<OpTy>(op);
    if (!step.isLearned(activation.getInput()))
      return;
    Value y = step.getTensor(activation.getResult());
    Value dy = step.getAdjoint(activation.getResult()).front();
    StringRef dims = StepBuilder::getMatrixDims(y);
    step.addAdjoint(activation.getInput(),
                    step.map({{dy, dims}, {y, dims}}, dims,
                             [](ScalarBuilder &scalars, ValueRange elements) {
                               return Formula::pull(scalars, elements[0],
                                                    elements[1]);
                             }));
  }
};

/// x Phi(x), where Phi is the distribution function of N(0, 1) and phi, its
/// derivative, the density; the slope is Phi(x) + x phi(x).
struct GELUModel : DifferentiableOpInterface::ExternalModel<GELUModel, GELUOp> {
  static Value buildPhi(ScalarBuilder &scalars, Value x) {
    Value erf = scalars.erf(scalars.mul(x, llvm::numbers::sqrt2 / 2));
    return scalars.mul(scalars.add(erf, 1.0), 0.5);
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto gelu = cast<GELUOp>(op);
    Value x = step.getTensor(gelu.getInput());
    StringRef dims = StepBuilder::getMatrixDims(x);
    bool hasSlope = step.isTraining() && step.isLearned(gelu.getInput());
    SmallVector<Type> types(hasSlope ? 2 : 1, step.getType());
    SmallVector<Value> results = step.map(
        {{x, dims}}, dims, types,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value x = elements[0], phi = buildPhi(scalars, x);
          SmallVector<Value> values = {scalars.mul(x, phi)};
          if (hasSlope) {
            Value exponent = scalars.mul(scalars.square(x), -0.5);
            Value density = scalars.mul(scalars.exp(exponent),
                                        llvm::numbers::inv_sqrtpi *
                                            llvm::numbers::sqrt2 / 2);
            values.push_back(scalars.add(phi, scalars.mul(x, density)));
          }
          return values;
        });
    step.set(gelu.getResult(), results[0]);
    step.setResiduals(op, ArrayRef(results).drop_front());
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto gelu = cast<GELUOp>(op);
    if (!step.isLearned(gelu.getInput()))
      return;
    Value slope = step.getResiduals(op).front();
    Value dy = step.getAdjoint(gelu.getResult()).front();
    StringRef dims = StepBuilder::getMatrixDims(dy);
    step.addAdjoint(gelu.getInput(),
                    step.map({{dy, dims}, {slope, dims}}, dims,
                             [](ScalarBuilder &scalars, ValueRange elements) {
                               return scalars.mul(elements[0], elements[1]);
                             }));
  }
};

} // namespace

void vib::registerActivationModels(MLIRContext *context) {
  ReLUOp::attachInterface<ActivationModel<ReLUOp, ReLUFormula>>(*context);
  TanhOp::attachInterface<ActivationModel<TanhOp, TanhFormula>>(*context);
  SigmoidOp::attachInterface<ActivationModel<SigmoidOp, SigmoidFormula>>(
      *context);
  SoftplusOp::attachInterface<ActivationModel<SoftplusOp, SoftplusFormula>>(
      *context);
  GELUOp::attachInterface<GELUModel>(*context);
}
