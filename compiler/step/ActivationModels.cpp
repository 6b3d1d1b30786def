//===- ActivationModels.cpp - The step of activations -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// If the derivative of an activation can be computed accurately from its
// result, only the result is stored. GELU has no such formula, and that of
// softplus, 1 - exp(-y), cancels, so the derivatives of these two are computed
// in the forward pass and stored.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

namespace {

/// A formula consists of `apply`, the activation itself, and `pull`, which
/// computes the adjoint of the input from the adjoint of the result and the
/// result.
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

template <typename OpTy, typename Formula>
struct ActivationModel
    : DifferentiableOpInterface::ExternalModel<ActivationModel<OpTy, Formula>,
                                               OpTy> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto activation = cast<OpTy>(op);
    Value x = step.getShaped(activation.getInput());
    Dims dims = step.getDims(x);
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
    Value y = step.getStored(step.getTensor(activation.getResult()));
    Value dy = step.getAdjoint(activation.getResult()).front();
    Dims dims = step.getDims(y);
    step.addAdjoint(activation.getInput(),
                    step.map({{dy, dims}, {y, dims}}, dims,
                             [](ScalarBuilder &scalars, ValueRange elements) {
                               return Formula::pull(scalars, elements[0],
                                                    elements[1]);
                             }));
  }
};

/// GELU(x) = x Phi(x), where Phi is the distribution function of N(0, 1). Its
/// slope is Phi(x) + x phi(x), where phi is the density.
struct GELUFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.mul(x, buildPhi(scalars, x));
  }
  static Value getSlope(ScalarBuilder &scalars, Value x) {
    Value density =
        scalars.mul(scalars.exp(scalars.mul(scalars.square(x), -0.5)),
                    llvm::numbers::inv_sqrtpi * llvm::numbers::sqrt2 / 2);
    return scalars.add(buildPhi(scalars, x), scalars.mul(x, density));
  }

private:
  static Value buildPhi(ScalarBuilder &scalars, Value x) {
    Value erf = scalars.erf(scalars.mul(x, llvm::numbers::sqrt2 / 2));
    return scalars.mul(scalars.add(erf, 1.0), 0.5);
  }
};

struct SoftplusFormula {
  static Value apply(ScalarBuilder &scalars, Value x) {
    return scalars.softplus(x);
  }
  static Value getSlope(ScalarBuilder &scalars, Value x) {
    return scalars.sigmoid(x);
  }
};

/// An activation whose slope is computed in the forward pass and stored.
template <typename OpTy, typename Formula>
struct SlopeModel
    : DifferentiableOpInterface::ExternalModel<SlopeModel<OpTy, Formula>,
                                               OpTy> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto activation = cast<OpTy>(op);
    Value x = step.getShaped(activation.getInput());
    Dims dims = step.getDims(x);
    bool hasSlope = step.isTraining() && step.isLearned(activation.getInput());
    SmallVector<Type> types(hasSlope ? 2 : 1, step.getType());
    SmallVector<Value> results = step.map(
        {{x, dims}}, dims, types,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          SmallVector<Value> values = {Formula::apply(scalars, elements[0])};
          if (hasSlope)
            values.push_back(Formula::getSlope(scalars, elements[0]));
          return values;
        });
    step.set(activation.getResult(), results[0]);
    step.setResiduals(op, ArrayRef(results).drop_front());
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto activation = cast<OpTy>(op);
    if (!step.isLearned(activation.getInput()))
      return;
    Value slope = step.getResiduals(op).front();
    Value dy = step.getAdjoint(activation.getResult()).front();
    Dims dims = step.getDims(dy);
    step.addAdjoint(activation.getInput(),
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
  GELUOp::attachInterface<SlopeModel<GELUOp, GELUFormula>>(*context);
  SoftplusOp::attachInterface<SlopeModel<SoftplusOp, SoftplusFormula>>(
      *context);
}
