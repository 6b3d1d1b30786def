//===- OneStatistic.h - Distributions of one statistic ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What distributions share that have one statistic for each output, such as a
// logit or a mean. It is the only operand of the op that makes the distribution
// and the first of the tensors that represent it.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_ONESTATISTIC_H
#define VIB_COMPILER_STEP_ONESTATISTIC_H

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"

namespace vib {

template <typename ConcreteModel, typename ConcreteOp>
struct OneStatisticOp
    : DifferentiableOpInterface::ExternalModel<ConcreteModel, ConcreteOp> {
  void buildForward(mlir::Operation *op, StepBuilder &step) const {
    step.set(op->getResult(0), step.getTensor(op->getOperand(0)));
  }

  void buildBackward(mlir::Operation *op, StepBuilder &step) const {
    mlir::Value statistic = op->getOperand(0);
    if (step.isLearned(statistic))
      step.addAdjoint(statistic, step.getAdjoint(op->getResult(0)));
  }
};

template <typename ConcreteModel, typename ConcreteType>
struct OneStatisticDistribution
    : DistributionModelInterface::ExternalModel<ConcreteModel, ConcreteType> {
  llvm::SmallVector<mlir::Value>
  fromStatistics(mlir::Type, StepBuilder &, mlir::ValueRange statistics) const {
    return llvm::to_vector(statistics);
  }

  llvm::SmallVector<mlir::Value>
  getStatisticTensors(mlir::Type, llvm::ArrayRef<mlir::Value> tensors) const {
    return {tensors[0]};
  }
};

} // namespace vib

#endif // VIB_COMPILER_STEP_ONESTATISTIC_H
