//===- VibInterfaces.td - Interfaces of the dialect --------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBINTERFACES_TD
#define VIB_DIALECT_VIBINTERFACES_TD

include "mlir/IR/OpBase.td"

def Vib_ParameterizedOpInterface : OpInterface<"ParameterizedOpInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    An op of a model with parameters to be learned. A model's parameters are
    those of its ops, in the order of the model file.
  }];
  let methods = [
    InterfaceMethod<"The parameters, a weight before its bias.",
                    "::llvm::SmallVector<::vib::Parameter>", "getParameters">,
    InterfaceMethod<[{
      What a training step computes for evaluation beside the parameters, as the
      running statistics of a normalization. No other op has the same.
    }], "::llvm::SmallVector<::vib::Parameter>", "getRunningState", (ins),
       [{}], [{ return {}; }]>];
}

def Vib_InputOpInterface : OpInterface<"InputOpInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    An op that maps an input of the model. A program applies it to each batch
    before everything else, in an entry of its own.
  }];
  let methods = [
    InterfaceMethod<"The input of the model.", "::mlir::Value", "getInput">,
    InterfaceMethod<"What the model reads in its place.", "::mlir::Value",
                    "getResult">,
    InterfaceMethod<[{
      The statistics of the training data that the op reads, one number for each
      element of an example.
    }], "::llvm::SmallVector<::vib::Parameter>", "getState", (ins), [{}],
       [{ return {}; }]>];
}

def Vib_TokenOpInterface : OpInterface<"TokenOpInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    An op that reads an input of whole numbers, such as the words of a text. The
    program checks their range when it loads them.
  }];
  let methods = [
    InterfaceMethod<"The number of values: a token is 0 … this number - 1.",
                    "int64_t", "getNumValues">];
}

def Vib_DistributionTypeInterface : TypeInterface<"DistributionTypeInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    A distribution over the numbers, or over the label, of an example. The type
    says what can be done with it, and the ops that need something else refuse
    it. What is computed is built by `DistributionModelInterface`, which
    compiler/step attaches to the type.
  }];
  let methods = [
    InterfaceMethod<[{
      The tensors that describe the distribution of a batch, each with its name
      and the numbers that it has for an example. A posterior's are what the
      program's `encode` computes and `draw` and `evaluate` read.
    }], "::llvm::SmallVector<::vib::Statistic>", "getStatistics">,
    InterfaceMethod<"The numbers of a mean, and of a sample.", "int64_t",
                    "getSize">,
    InterfaceMethod<[{
      Whether samples can be drawn that gradients pass through, as
      `vib.reparameterize` does.
    }], "bool", "hasSamples", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      Whether gradients pass through the draws of evaluation, too, as attacks
      need.
    }], "bool", "hasSmoothDraws", (ins), [{}], [{ return true; }]>,
    InterfaceMethod<[{
      Whether the numbers of a sample have standard deviations, which `encode`
      computes.
    }], "bool", "hasDeviation", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      Whether there is a closed form of the divergence from a prior, which
      `vib.kl` needs. Null is the uniform distribution over the values.
    }], "bool", "hasDivergence", (ins "::mlir::Attribute":$prior), [{}],
       [{ return false; }]>,
    InterfaceMethod<[{
      The same for a prior of this type, whose parameters are learned.
    }], "bool", "hasDivergenceFrom",
       (ins "::vib::DistributionTypeInterface":$prior), [{}],
       [{ return false; }]>,
    InterfaceMethod<[{
      Whether `vib.kl` computes the divergence from this prior at a sample of the
      posterior, because it has no closed form.
    }], "bool", "isDrawnPrior", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      Whether there is a closed form of the divergence of an example's posterior
      from that of another one, which `vib.pairwise` needs.
    }], "bool", "hasPairwiseDivergence", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      The numbers of which the divergence of an example is the sum, one for each
      latent or variable; 0 if it does not split.
    }], "int64_t", "getRateParts", (ins), [{}], [{ return 0; }]>,
    InterfaceMethod<[{
      Verifies that `op` may read a target of this type, whose density it needs.
    }], "::llvm::LogicalResult", "verifyTarget",
       (ins "::mlir::Operation *":$op, "::mlir::RankedTensorType":$target),
       [{}], [{
         return op->emitOpError("expected a likelihood, which has the density "
                                "of a target, but got ") << $_type;
       }]>,
    InterfaceMethod<[{
      Whether it has the entropy of a discrete distribution, which `vib.entropy`
      needs.
    }], "bool", "hasEntropy", (ins), [{}], [{ return false; }]>,
    InterfaceMethod<[{
      The classes whose labels are the targets; 0 if the targets are numbers.
    }], "int64_t", "getNumClasses", (ins), [{}], [{ return 0; }]>,
    InterfaceMethod<[{
      The tensors that are computed beside the density of a target, with one
      number for each example.
    }], "::llvm::SmallVector<::llvm::StringRef>", "getErrors", (ins), [{}],
       [{ return {"error"}; }]>,
    InterfaceMethod<"Whether the targets are numbers from 0 to 1.", "bool",
                    "isOfUnitInterval", (ins), [{}], [{ return false; }]>];
}

def Vib_OptimizerAttrInterface : AttrInterface<"OptimizerAttrInterface"> {
  let cppNamespace = "::vib";
  let description = "A rule that turns a gradient into an update.";
  let methods = [
    InterfaceMethod<"The rule with all its numbers.", "::vib::Optimizer",
                    "getOptimizer">];
}

def Vib_ScheduleAttrInterface : AttrInterface<"ScheduleAttrInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    How the learning rate or a coefficient of the loss changes with the epochs,
    as the runtime's `VibSchedule` states it.
  }];
  let methods = [
    InterfaceMethod<"The schedule with all its numbers.", "::vib::Schedule",
                    "getSchedule">];
}

def Vib_ClipAttrInterface : AttrInterface<"ClipAttrInterface"> {
  let cppNamespace = "::vib";
  let description = "How gradients are limited before an update.";
  let methods = [
    InterfaceMethod<"The kind of limit, and the limit.", "::vib::Clip",
                    "getClip">];
}

def Vib_InitializerAttrInterface : AttrInterface<"InitializerAttrInterface"> {
  let cppNamespace = "::vib";
  let description = "The distribution of a weight before training.";
  let methods = [
    InterfaceMethod<"Whether it is uniform; otherwise it is normal.", "bool",
                    "isUniform">,
    InterfaceMethod<[{
      The bound of the uniform distribution, or the standard deviation of the
      normal one, of a weight that maps `fanIn` inputs to `fanOut` outputs.
    }], "double", "getScale", (ins "int64_t":$fanIn, "int64_t":$fanOut)>];
}

#endif // VIB_DIALECT_VIBINTERFACES_TD
