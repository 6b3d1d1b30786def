//===- VibDistributionOps.td - Distributions as values -----*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBDISTRIBUTIONOPS_TD
#define VIB_DIALECT_VIBDISTRIBUTIONOPS_TD

include "VibBase.td"
include "VibInterfaces.td"
include "VibTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_NormalOp : Vib_NamedOp<"normal", "n", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let summary = "a normal distribution from what a network computes";
  let description = [{
    With `softplus(shift)` both the mean and the spread are computed. A
    diagonal normal of K dimensions takes 2 K statistics: the mean, and rho
    with sigma = softplus(rho + shift). A `full` one takes K + K (K + 1) / 2:
    the mean, then the lower triangle of the covariance's Cholesky factor row
    by row, the diagonal of which goes through softplus(· + shift).

    With `noise(s)` the mean alone is computed and the standard deviation is s;
    with `noise(@name = s)` it is a parameter, one for all dimensions, that
    starts from s. Its logarithm is what is learned.

    ```mlir
    %q = vib.normal %s softplus(-5.0) : tensor<?x512xf32> -> !vib.normal<256>
    %q = vib.normal %s softplus(-5.0) : tensor<?x5xf32> -> !vib.normal<2, full>
    %p = vib.normal %y noise(1.0) : tensor<?x1xf32> -> !vib.normal<1>
    %p = vib.normal %y noise(@decode.noise = 1.0) : tensor<?x1xf32> -> !vib.normal<1>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$statistics,
                       OptionalAttr<F64Attr>:$shift,
                       OptionalAttr<F64Attr>:$noise,
                       OptionalAttr<StrAttr>:$noise_name);
  let results = (outs Vib_NormalType:$result);
  let assemblyFormat = [{
    $statistics custom<Spread>($shift, $noise, $noise_name) attr-dict
    `:` custom<NormalTypes>(ref($shift), type($statistics), type($result))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether the spread is computed by the network: a posterior.
    bool isComputed() { return getShiftAttr() != nullptr; }
  }];
}

def Vib_CategoricalOp : Vib_NamedOp<"categorical", "p", [Pure]> {
  let summary = "a categorical distribution from its logits";
  let description = [{
    ```mlir
    %p = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$logits);
  let results = (outs Vib_CategoricalType:$result);
  let assemblyFormat = [{
    $logits attr-dict
    `:` custom<CategoricalTypes>(type($logits), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_ReparameterizeOp : Vib_NamedOp<"reparameterize", "z", [Pure]> {
  let summary = "samples of a normal distribution that gradients pass through";
  let description = [{
    `z = mu + sigma eps` with standard normal eps from the documented random
    stream; of a full covariance, `z = mu + L eps`. With `samples(S)` the rest
    of the model is computed for S draws a step, and the loss is the mean over
    them; the types of the values after it do not show S.

    ```mlir
    %z = vib.reparameterize %q : !vib.normal<256> -> tensor<?x256xf32>
    %z = vib.reparameterize %q samples(3) : !vib.normal<2, full> -> tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Vib_NormalType:$distribution,
                       DefaultValuedAttr<Vib_Count, "1">:$samples);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $distribution (`samples` `(` $samples^ `)`)? attr-dict `:`
    qualified(type($distribution)) `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // VIB_DIALECT_VIBDISTRIBUTIONOPS_TD
