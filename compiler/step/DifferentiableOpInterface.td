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
    An op of a model that can lower itself to the phase `step`. The
    implementations are attached to the dialect's ops as external models, in one
    file for each concept. A new op of the dialect needs an implementation and
    no other change in this phase.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the tensors of the results from those of the operands. When
      training, it also builds those parts of the local derivatives that need
      no adjoint.
    }], "void", "buildForward", (ins "::vib::StepBuilder &":$step)>,
    InterfaceMethod<[{
      Builds the adjoints of those operands that depend on parameters, and the
      gradients of the op's own parameters, from the adjoints of the results.
    }], "void", "buildBackward", (ins "::vib::StepBuilder &":$step)>];
}

#endif // VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_TD
