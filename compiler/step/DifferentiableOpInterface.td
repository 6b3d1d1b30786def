//===- DifferentiableOpInterface.td - Ops with a gradient --*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_TD
#define VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def Vib_DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::vib";
  let description = [{
    An op of a model that can write itself into the phase `step`. The models of
    this interface are attached to the dialect's ops from outside, a concept a
    file; a new op of the dialect needs one and nothing else here.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the tensors of the results from those of the operands; when
      training, also what of the local derivatives does not need an adjoint.
    }], "void", "buildForward", (ins "::vib::StepBuilder &":$step)>,
    InterfaceMethod<[{
      Builds the adjoints of the operands that are learned, and the gradients of
      the op's own parameters, from the adjoints of the results.
    }], "void", "buildBackward", (ins "::vib::StepBuilder &":$step)>];
}

#endif // VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_TD
