//===- DistributionModelInterface.td - Distributions -------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_TD
#define VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_TD

include "mlir/IR/OpBase.td"

def Vib_DistributionModelInterface : TypeInterface<"DistributionModelInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    A type of distributions that can lower itself to the phase `step`. The
    implementations are attached to the dialect's types as external models, in
    one file for each distribution. A type implements what
    `DistributionTypeInterface` says that it can do; the verifiers of the ops
    refuse the rest. The `pull` of a method adds the adjoints of the
    distribution, given those of what the method has built.
  }];
  let methods = [
    InterfaceMethod<[{
      The tensors of a value, given its statistics, whose dimensions it names. A
      tensor that only the training step needs is null.
    }], "::llvm::SmallVector<::mlir::Value>", "fromStatistics",
       (ins "::vib::StepBuilder &":$step, "::mlir::ValueRange":$statistics)>,
    InterfaceMethod<[{
      The tensors of the statistics of a value, in the order of
      `DistributionTypeInterface::getStatistics`.
    }], "::llvm::SmallVector<::mlir::Value>", "getStatisticTensors",
       (ins "::llvm::ArrayRef<::mlir::Value>":$tensors)>,
    InterfaceMethod<[{
      The mean of the distribution: class probabilities, or numbers.
    }], "::mlir::Value", "buildMean",
       (ins "::vib::StepBuilder &":$step, "::mlir::Value":$value)>,
    InterfaceMethod<"The standard deviation of each number of a sample.",
      "::mlir::Value", "buildDeviation",
       (ins "::vib::StepBuilder &":$step, "::mlir::Value":$value), [{}], [{
         return step.reportMissing($_type, "standard deviation");
       }]>,
    InterfaceMethod<"Builds samples, and when training their derivatives.",
      "void", "buildSample",
       (ins "::vib::StepBuilder &":$step, "::vib::ReparameterizeOp":$op), [{}],
       [{ step.reportMissing($_type, "sample"); }]>,
    InterfaceMethod<"The adjoints of a distribution that is sampled.", "void",
      "pullSample",
       (ins "::vib::StepBuilder &":$step, "::vib::ReparameterizeOp":$op), [{}],
       [{ step.reportMissing($_type, "derivative of a sample"); }]>,
    InterfaceMethod<[{
      Builds the negative logarithm of the density of a target, and then the
      tensors of `DistributionTypeInterface::getErrors`: one number for each
      row.
    }], "void", "buildLogDensity",
       (ins "::vib::StepBuilder &":$step, "::vib::NLLOp":$op), [{}],
       [{ step.reportMissing($_type, "density"); }]>,
    InterfaceMethod<"The adjoints of a likelihood.", "void", "pullLogDensity",
       (ins "::vib::StepBuilder &":$step, "::vib::NLLOp":$op), [{}],
       [{ step.reportMissing($_type, "derivative of the density"); }]>,
    InterfaceMethod<"Builds the entropy, one number for each row.", "void",
      "buildEntropy",
       (ins "::vib::StepBuilder &":$step, "::vib::EntropyOp":$op), [{}],
       [{ step.reportMissing($_type, "entropy"); }]>,
    InterfaceMethod<"The adjoints of a distribution with an entropy.", "void",
      "pullEntropy",
       (ins "::vib::StepBuilder &":$step, "::vib::EntropyOp":$op), [{}],
       [{ step.reportMissing($_type, "derivative of the entropy"); }]>,
    InterfaceMethod<"Builds the divergence from a prior.", "void",
      "buildDivergence",
       (ins "::vib::StepBuilder &":$step, "::vib::KLOp":$op), [{}],
       [{ step.reportMissing($_type, "divergence"); }]>,
    InterfaceMethod<[{
      The adjoints of a distribution whose divergence is built, if it is
      learned, and those of the prior if that is.
    }], "void", "pullDivergence",
       (ins "::vib::StepBuilder &":$step, "::vib::KLOp":$op), [{}],
       [{ step.reportMissing($_type, "derivative of the divergence"); }]>,
    InterfaceMethod<[{
      Builds the estimate of a rate from the divergences of the examples of a
      batch from each other, one number for each row.
    }], "void", "buildPairwise",
       (ins "::vib::StepBuilder &":$step, "::vib::PairwiseOp":$op), [{}],
       [{ step.reportMissing($_type, "divergence from another example"); }]>,
    InterfaceMethod<"The adjoints of a distribution with such an estimate.",
      "void", "pullPairwise",
       (ins "::vib::StepBuilder &":$step, "::vib::PairwiseOp":$op), [{}], [{
         step.reportMissing($_type,
                            "derivative of the divergence from another example");
       }]>];
}

#endif // VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_TD
