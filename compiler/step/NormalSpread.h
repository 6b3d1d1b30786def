//===- NormalSpread.h - The spread of a normal posterior --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The standard deviation sigma of a latent is a function of t, and t is a
// function of rho, which the network computes, or of a parameter:
//
//   words               t                                          sigma
//   softplus(c)         rho + c                                    softplus(t)
//   exp                 rho                                        exp(t)
//   exp_half            rho / 2                                    exp(t)
//   bounded([a, b])     a / 2 + (b - a) / 2 sigmoid(rho)           exp(t)
//   sigma(@name = s)    the parameter, which starts at log s       exp(t)
//   sigma(s)            log s                                      exp(t)
//
// log sigma is finite for every t: t itself, or log softplus(t), which tends to
// t where softplus(t) underflows.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_NORMALSPREAD_H
#define VIB_COMPILER_STEP_NORMALSPREAD_H

#include "compiler/step/ScalarBuilder.h"
#include "dialect/Vib.h"

namespace vib {

class NormalSpread {
public:
  explicit NormalSpread(NormalOp normal) : normal(normal) {}
  /// That of a posterior.
  explicit NormalSpread(mlir::Value posterior)
      : normal(posterior.getDefiningOp<NormalOp>()) {}

  bool isFull() const {
    return normal.getType().getCovariance() == Covariance::Full;
  }

  /// How the step calls the function of t.
  llvm::StringRef getWord() const { return isSoftplus() ? "softplus" : "exp"; }

  /// t, given rho or the parameter.
  mlir::Value getT(ScalarBuilder &scalars, mlir::Value rho) const;
  /// dt / drho, given rho. Null if it is 1.
  mlir::Value getSlopeOfT(ScalarBuilder &scalars, mlir::Value rho) const;
  bool hasSlopeOfT() const;

  mlir::Value getSigma(ScalarBuilder &scalars, mlir::Value t) const;
  /// dsigma / dt.
  mlir::Value getSlope(ScalarBuilder &scalars, mlir::Value t,
                       mlir::Value sigma) const;
  /// log sigma. `t` is null if sigma is a constant.
  mlir::Value getLog(ScalarBuilder &scalars, mlir::Value t,
                     mlir::Value sigma) const;
  /// d log sigma / dt, given also `slope`, dsigma / dt.
  mlir::Value getSlopeOfLog(ScalarBuilder &scalars, mlir::Value t,
                            mlir::Value sigma, mlir::Value slope) const;

private:
  bool isSoftplus() const { return normal.getShiftAttr() != nullptr; }
  /// Half the bounds of the log-variance, which are those of t.
  std::pair<double, double> getBounds() const;

  /// Accessors of ops are not const.
  mutable NormalOp normal;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_NORMALSPREAD_H
