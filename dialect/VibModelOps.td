//===- VibModelOps.td - A model and its training -----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBMODELOPS_TD
#define VIB_DIALECT_VIBMODELOPS_TD

include "VibBase.td"
include "VibTypes.td"
include "VibTraining.td"
include "VibYield.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

def Vib_ModelOp : Vib_Op<"model", [
    IsolatedFromAbove, NoTerminator, SingleBlock, Symbol,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "a network with an information bottleneck, and its loss";
  let description = [{
    The arguments are the input and what is to be predicted from it, one row an
    example. The batch is `?`: `vib.train` states it. The region holds exactly
    one `vib.loss`.

    ```mlir
    vib.model @narrow(%x: tensor<?x64xf32>, %digit: tensor<?xi32>) {
      %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<2> {
        %s = vib.linear %x @encode.0 : tensor<?x64xf32> -> tensor<?x4xf32>
        %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
        vib.yield %n : !vib.normal<2>
      }
      %z      = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
      %logits = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x10xf32>
      %p      = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
      %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
      %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2>
      vib.loss %ce + @beta(1.0e-3) * %rate
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::BlockArgument getInput() { return getBody().getArgument(0); }
    ::mlir::BlockArgument getTarget() { return getBody().getArgument(1); }
    /// The parameters of all ops, in their order.
    ::llvm::SmallVector<::vib::Parameter> getParameters();
  }];
}

class Vib_PartOp<string mnemonic, string resultName>
    : Vib_NamedOp<mnemonic, resultName, [
    NoTerminator, RecursiveMemoryEffects, RecursivelySpeculatable,
    SingleBlock]> {
  let results = (outs Vib_Distribution:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $input attr-dict `:` type($input) `->` type($result) $body
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    YieldOp getYield();
  }];
}

def Vib_EncoderOp : Vib_PartOp<"encoder", "q"> {
  let summary = "from an input to the posterior p(z|x)";
  let description = [{
    The region sees the values around it and yields the posterior.

    ```mlir
    %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<2> {
      %s = vib.linear %x @encode.0 : tensor<?x64xf32> -> tensor<?x4xf32>
      %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
      vib.yield %n : !vib.normal<2>
    }
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
}

def Vib_DecoderOp : Vib_PartOp<"decoder", "p"> {
  let summary = "from a sample of the latent variable to the likelihood p(y|z)";
  let description = [{
    Says where the decoder begins and ends; the ops in it may as well stand in
    the model itself.

    ```mlir
    %p = vib.decoder %z : tensor<?x2xf32> -> !vib.categorical<10> {
      %logits = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x10xf32>
      %c = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
      vib.yield %c : !vib.categorical<10>
    }
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
}

def Vib_TrainOp : Vib_Op<"train", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "how a model is trained";
  let description = [{
    Any of the named settings may be left out: the optimizer is Adam with a
    rate of 1.0e-3 then, both schedules are constant, the weights are not
    averaged, initial weights are `#vib.glorot_uniform` and the seed is 0.
    `average` is the decay of a zero-debiased exponential average of the
    weights. Rate, epochs, beta and seed are what the program starts from: its
    flags override them.

    ```mlir
    vib.train @toynet batch(100) epochs(200) {
      optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999>,
      schedule = #vib.staircase<rate = 0.97, epochs = 2>,
      beta_schedule = #vib.linear_warmup<epochs = 10>,
      average = 0.999, init = #vib.glorot_uniform, seed = 0 }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$model, Vib_Count:$batch,
                       Vib_Count:$epochs,
                       AnyAttr:$optimizer, AnyAttr:$schedule,
                       AnyAttr:$beta_schedule,
                       OptionalAttr<F64Attr>:$average, AnyAttr:$init,
                       Vib_Count:$seed);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    Optimizer getOptimizerRule() {
      return ::llvm::cast<OptimizerAttrInterface>(getOptimizer()).getOptimizer();
    }
    Schedule getRateSchedule() {
      return ::llvm::cast<ScheduleAttrInterface>(getSchedule()).getSchedule();
    }
    Schedule getBetaScheduleRule() {
      return ::llvm::cast<ScheduleAttrInterface>(getBetaSchedule()).getSchedule();
    }
    InitializerAttrInterface getInitializer() {
      return ::llvm::cast<InitializerAttrInterface>(getInit());
    }
  }];
}

#endif // VIB_DIALECT_VIBMODELOPS_TD
