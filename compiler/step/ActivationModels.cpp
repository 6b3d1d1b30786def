//===- ActivationModels.cpp - The step of activations -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// If the derivative of an activation can be computed accurately from its
// result, only the result is stored. GELU and SiLU have no such formula, and
// those of softplus, 1 - exp(-y), and of ELU and SELU, y + alpha, cancel, so
// the derivatives of these are computed in the forward pass and stored.
//
// A formula takes the op, because some activations have a number.
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
  static Value apply(ScalarBuilder &scalars, ReLUOp, Value x) {
    return scalars.max(x, scalars.constant(0.0));
  }
  static Value pull(ScalarBuilder &scalars, ReLUOp, Value dy, Value y) {
    Value zero = scalars.constant(0.0);
    Value passes = scalars.compare(arith::CmpFPredicate::OGT, y, zero);
    return scalars.select(passes, dy, zero);
  }
};

/// The result is above 0 where the input is, so it tells the slope.
struct LeakyReLUFormula {
  static Value apply(ScalarBuilder &scalars, LeakyReLUOp op, Value x) {
    return scalars.select(isPositive(scalars, x), x, scale(scalars, op, x));
  }
  static Value pull(ScalarBuilder &scalars, LeakyReLUOp op, Value dy, Value y) {
    return scalars.select(isPositive(scalars, y), dy, scale(scalars, op, dy));
  }

private:
  static Value isPositive(ScalarBuilder &scalars, Value x) {
    return scalars.compare(arith::CmpFPredicate::OGT, x, scalars.constant(0.0));
  }
  static Value scale(ScalarBuilder &scalars, LeakyReLUOp op, Value x) {
    return scalars.mul(x, op.getSlope().convertToDouble());
  }
};

struct TanhFormula {
  static Value apply(ScalarBuilder &scalars, TanhOp, Value x) {
    return scalars.tanh(x);
  }
  static Value pull(ScalarBuilder &scalars, TanhOp, Value dy, Value y) {
    Value slope = scalars.sub(scalars.constant(1.0), scalars.square(y));
    return scalars.mul(dy, slope);
  }
};

struct SigmoidFormula {
  static Value apply(ScalarBuilder &scalars, SigmoidOp, Value x) {
    return scalars.sigmoid(x);
  }
  static Value pull(ScalarBuilder &scalars, SigmoidOp, Value dy, Value y) {
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
                      [&](ScalarBuilder &scalars, ValueRange elements) {
                        return Formula::apply(scalars, activation, elements[0]);
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
                             [&](ScalarBuilder &scalars, ValueRange elements) {
                               return Formula::pull(scalars, activation,
                                                    elements[0], elements[1]);
                             }));
  }
};

/// GELU(x) = x Phi(x), where Phi is the distribution function of N(0, 1). Its
/// slope is Phi(x) + x phi(x), where phi is the density.
struct GELUFormula {
  static Value apply(ScalarBuilder &scalars, GELUOp, Value x) {
    return scalars.mul(x, buildPhi(scalars, x));
  }
  static Value getSlope(ScalarBuilder &scalars, GELUOp, Value x) {
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
  static Value apply(ScalarBuilder &scalars, SoftplusOp, Value x) {
    return scalars.softplus(x);
  }
  static Value getSlope(ScalarBuilder &scalars, SoftplusOp, Value x) {
    return scalars.sigmoid(x);
  }
};

/// SiLU(x) = x s(x), where s is the sigmoid. Its slope is s + x s (1 - s).
struct SiLUFormula {
  static Value apply(ScalarBuilder &scalars, SiLUOp, Value x) {
    return scalars.mul(x, scalars.sigmoid(x));
  }
  static Value getSlope(ScalarBuilder &scalars, SiLUOp, Value x) {
    Value s = scalars.sigmoid(x);
    Value rest = scalars.sub(scalars.constant(1.0), s);
    return scalars.mul(s, scalars.add(scalars.mul(x, rest), 1.0));
  }
};

/// ELU and SELU: scale x above 0, and scale alpha (exp(x) - 1) elsewhere.
template <typename OpTy> struct ExponentialFormula {
  static Value apply(ScalarBuilder &scalars, OpTy op, Value x) {
    return choose(scalars, op, x, x, scalars.expMinusOne(x));
  }
  static Value getSlope(ScalarBuilder &scalars, OpTy op, Value x) {
    return choose(scalars, op, x, scalars.constant(1.0), scalars.exp(x));
  }

private:
  static double getAlpha(ELUOp op) { return op.getAlpha().convertToDouble(); }
  static double getAlpha(SELUOp) { return 1.6732632423543772848170429916717; }
  static double getScale(ELUOp) { return 1.0; }
  static double getScale(SELUOp) { return 1.0507009873554804934193349852946; }

  static Value choose(ScalarBuilder &scalars, OpTy op, Value x, Value above,
                      Value below) {
    double scale = getScale(op), alpha = getAlpha(op);
    Value isPositive =
        scalars.compare(arith::CmpFPredicate::OGT, x, scalars.constant(0.0));
    return scalars.select(isPositive,
                          scale == 1 ? above : scalars.mul(above, scale),
                          scalars.mul(below, scale * alpha));
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
    bool hasSlope =
        step.storesResiduals() && step.isLearned(activation.getInput());
    SmallVector<Type> types(hasSlope ? 2 : 1, step.getType());
    SmallVector<Value> results =
        step.map({{x, dims}}, dims, types,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   SmallVector<Value> values = {
                       Formula::apply(scalars, activation, elements[0])};
                   if (hasSlope)
                     values.push_back(
                         Formula::getSlope(scalars, activation, elements[0]));
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
  LeakyReLUOp::attachInterface<ActivationModel<LeakyReLUOp, LeakyReLUFormula>>(
      *context);
  SiLUOp::attachInterface<SlopeModel<SiLUOp, SiLUFormula>>(*context);
  ELUOp::attachInterface<SlopeModel<ELUOp, ExponentialFormula<ELUOp>>>(
      *context);
  SELUOp::attachInterface<SlopeModel<SELUOp, ExponentialFormula<SELUOp>>>(
      *context);
}
