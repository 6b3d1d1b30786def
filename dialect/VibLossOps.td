//===- VibLossOps.td - The loss and its terms --------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBLOSSOPS_TD
#define VIB_DIALECT_VIBLOSSOPS_TD

include "VibBase.td"
include "VibTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_StandardNormalAttr : Vib_Attr<"StandardNormal", "standard_normal", [
    TypedAttrInterface]> {
  let summary = "the distribution N(0, I), a prior";
  let description = [{
    A distribution that is known when compiling; its type says of how many
    dimensions.

    ```mlir
    #vib.standard_normal : !vib.normal<256>
    ```
  }];
  let parameters = (ins AttributeSelfTypeParameter<"">:$type);
  let assemblyFormat = "";
}

def Vib_NLLOp : Vib_NamedOp<"nll", "nll", [Pure]> {
  let summary = "the negative log likelihood of the target";
  let description = [{
    The cross-entropy of a categorical distribution and integer labels, or
    `½ (log 2 pi s² + (y - mean)² / s²)` summed over the dimensions of a normal
    one; a number in nats for each example.

    ```mlir
    %ce = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Vib_Distribution:$likelihood, AnyRankedTensor:$target);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = [{
    $likelihood `,` $target attr-dict `:` type($likelihood) `,` type($target)
  }];
  let hasVerifier = 1;
}

def Vib_KLOp : Vib_NamedOp<"kl", "rate", [Pure]> {
  let summary = "the rate: the divergence of the posterior from the prior";
  let description = [{
    In closed form, `½ sum (mu² + sigma² - 1 - log sigma²)`; a number in nats
    for each example. log sigma comes from the statistics and stays finite
    where sigma underflows.

    ```mlir
    %rate = vib.kl %q, #vib.standard_normal : !vib.normal<256>
    ```
  }];
  let arguments = (ins Vib_NormalType:$posterior, AnyAttr:$prior);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = [{
    $posterior `,` custom<Prior>($prior, type($posterior)) attr-dict
  }];
  let hasVerifier = 1;
}

def Vib_LossOp : Vib_Op<"loss", [HasParent<"ModelOp">]> {
  let summary = "what training minimizes, `nll + beta * rate`";
  let description = [{
    The mean over the batch (and the samples) of the negative log likelihood
    plus beta times the rate. The symbol names beta: the program's `--beta`
    replaces the number. Without a rate the network is trained as a plain one.

    ```mlir
    vib.loss %ce + @beta(1.0e-3) * %rate
    ```
  }];
  let arguments = (ins Vib_NatsType:$nll, OptionalAttr<StrAttr>:$beta_name,
                       OptionalAttr<F64Attr>:$beta,
                       Optional<Vib_NatsType>:$rate);
  let assemblyFormat = [{
    $nll (`+` custom<Beta>($beta_name, $beta) `*` $rate^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif // VIB_DIALECT_VIBLOSSOPS_TD
