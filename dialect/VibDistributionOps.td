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
include "VibCoefficient.td"
include "VibInterfaces.td"
include "VibTypes.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_Link : I32EnumAttr<"Link", "where a posterior has its spread from", [
    I32EnumAttrCase<"Exp", 0, "exp">,
    I32EnumAttrCase<"ExpHalf", 1, "exp_half">,
    I32EnumAttrCase<"Bounded", 2, "bounded">,
    I32EnumAttrCase<"Sigma", 3, "sigma">]> {
  let cppNamespace = "::vib";
}

def Vib_NormalOp : Vib_NamedOp<"normal", "n", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "distributions";
  let summary = "makes a normal distribution from what a network computes";
  let description = [{
    The words after the operand say where the standard deviation sigma comes
    from, and what the distribution can be used as.

    **The network computes the spread: a posterior or a likelihood.** The operand
    contains the statistics of each example:

    - diagonal, 2 K numbers: the means mu, then rho, of which sigma is a function;
    - `full`, K + K (K + 1) / 2 numbers: the means mu, then the lower triangle of
      the covariance's Cholesky factor L, row by row. The function is applied to
      its diagonal entries; the others are taken as they are.

    | words | sigma |
    |---|---|
    | `softplus(SHIFT)` | `softplus(rho + SHIFT)` |
    | `exp` | `exp(rho)`: the network computes the logarithm of sigma |
    | `exp_half` | `exp(rho / 2)`: it computes the logarithm of the variance |
    | `bounded([LOW, HIGH])` | `exp(v / 2)` with the log-variance `v = LOW + (HIGH - LOW) sigmoid(rho)` |

    **The spread does not depend on the example: a posterior.** The network
    computes the K means.

    | words | sigma |
    |---|---|
    | `sigma(S)` | the constant S |
    | `sigma(@NAME = S)` | one parameter for all latents, which starts at S |
    | `sigma(@NAME[K] = S)` | a parameter for each latent |

    **The same for a likelihood.** `noise(S)`, `noise(@NAME = S)` and
    `noise(@NAME[K] = S)` give the standard deviation of the target in the same
    way. A likelihood is diagonal.

    Training updates the logarithm of a standard deviation that is a parameter,
    and weight files contain the logarithm.

    - **Operand**: `tensor<?xNxf32>` or f64, with N as above.
    - **Result**: `!vib.normal<K>` or `!vib.normal<K, full>`. A diagonal one may
      be left out.
    - **Errors**: a wrong number of statistics or means, a SHIFT that is not
      finite, a LOW that is not below HIGH, a LOW below -174 or a HIGH above 88
      (in f64 -1416 and 709), an S that is not positive and finite, a full
      covariance with `noise` or `sigma`.

    ```mlir
    %q = vib.normal %s softplus(-5.0) : tensor<?x512xf32> -> !vib.normal<256>
    %q = vib.normal %s softplus(-5.0) : tensor<?x5xf32> -> !vib.normal<2, full>
    %q = vib.normal %s exp : tensor<?x5xf32> -> !vib.normal<2, full>
    %q = vib.normal %s bounded([-10.0, 0.0]) : tensor<?x64xf32> -> !vib.normal<32>
    %q = vib.normal %m sigma(@encode.sigma[32] = 0.5) : tensor<?x32xf32> -> !vib.normal<32>
    %p = vib.normal %y noise(1.0) : tensor<?x1xf32> -> !vib.normal<1>
    %p = vib.normal %y noise(@decode.noise = 1.0) : tensor<?x1xf32> -> !vib.normal<1>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$statistics,
                       OptionalAttr<F64Attr>:$shift,
                       OptionalAttr<F64Attr>:$noise,
                       OptionalAttr<StrAttr>:$noise_name,
                       OptionalAttr<I64Attr>:$noise_size,
                       OptionalAttr<Vib_Link>:$link,
                       OptionalAttr<F64Attr>:$low,
                       OptionalAttr<F64Attr>:$high);
  let results = (outs Vib_NormalType:$result);
  let assemblyFormat = [{
    $statistics
    custom<Spread>($shift, $noise, $noise_name, $noise_size, $link, $low, $high)
    attr-dict
    `:` custom<NormalTypes>(ref($shift), ref($link), type($statistics),
                            type($result))
  }];
  let hasVerifier = 1;
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let declarations = [{
    llvm::LogicalResult verifySpread();

    /// Whether it can be a posterior.
    bool isPosterior() { return getShiftAttr() || getLinkAttr(); }
    /// Whether the network computes the spread of each example.
    bool isSpreadComputed() {
      return getShiftAttr() || (getLink() && *getLink() != Link::Sigma);
    }
  }];
}

def Vib_CategoricalOp : Vib_NamedOp<"categorical", "p", [Pure]> {
  let group = "distributions";
  let summary = "makes a categorical distribution from its logits";
  let description = [{
    The probabilities are softmax(logits).

    - **Operand**: `tensor<?xCxf32>` or f64, one logit a class.
    - **Result**: `!vib.categorical<C>`, which may be left out.
    - **Errors**: a wrong number of logits, fewer than two classes.

    ```mlir
    %p = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
    %p = vib.categorical %logits : tensor<?x10xf32>
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

def Vib_ConcreteOp : Vib_NamedOp<"concrete", "n", [Pure]> {
  let group = "distributions";
  let summary = "makes categorical variables to sample from their logits";
  let description = [{
    A posterior of G independent categorical variables of C classes each. The
    probabilities q of a variable are the softmax of its C logits.

    A sample in training is relaxed, so that gradients pass through it (Maddison
    et al. 2017, arXiv:1611.00712; Jang et al. 2017, arXiv:1611.01144):

    ```
    z = softmax((log q + g) / T),    g = -log(-log u)
    ```

    for each variable, with a uniform random number u for each class and the
    temperature T. The lower T is, the nearer z is to the 1 and 0 of a class.
    Evaluation draws classes: z is 1 at the largest `log q + g`, the first one of
    equal ones, and 0 elsewhere. At the mean, z is q. docs/randomness.md defines
    g to the bit.

    The rate (`vib.kl` without a prior) bounds what the classes hold about the
    input, not what the relaxed sample does. So the figures of training bound
    nothing.

    A temperature with a name, `temperature(@tau(1.0))`, is a value like a
    coefficient of the loss: the program's `--coefficient tau=X` replaces it, and
    `coefficients = { tau = #vib.geometric<to = 0.5, epochs = 40> }` of `vib.train`
    lets it fall from 1 to 0.5 in 40 epochs.

    - **Operand**: `tensor<?xNxf32>` or f64 with N = G C: the logits of the first
      variable, then those of the second.
    - **Result**: `!vib.concrete<G, C>`.
    - **Errors**: a wrong number of logits, a temperature that is not above 0, as
      its name `beta` or that of a coefficient, a schedule that reaches 0.

    ```mlir
    %q = vib.concrete %s temperature(0.5) : tensor<?x80xf32> -> !vib.concrete<8, 10>
    %q = vib.concrete %s temperature(@tau(1.0)) : tensor<?x80xf32> -> !vib.concrete<8, 10>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$logits,
                       Vib_CoefficientAttr:$temperature);
  let results = (outs Vib_ConcreteType:$result);
  let assemblyFormat = [{
    $logits `temperature` `` `(` custom<Coefficient>($temperature) `)` attr-dict
    `:` type($logits) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def Vib_BernoulliOp : Vib_NamedOp<"bernoulli", "p", [Pure]> {
  let group = "distributions";
  let summary = "makes Bernoulli distributions from their logits";
  let description = [{
    The probability of a 1 is `1 / (1 + exp(-logit))`, independently for each of
    the K outputs. As a likelihood it also takes targets between 0 and 1, such as
    the brightness of a pixel.

    - **Operand**: `tensor<?xKxf32>` or f64, one logit an output.
    - **Result**: `!vib.bernoulli<K>`, which may be left out.
    - **Errors**: a wrong number of logits.

    ```mlir
    %p = vib.bernoulli %logits : tensor<?x784xf32> -> !vib.bernoulli<784>
    %p = vib.bernoulli %logits : tensor<?x784xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$logits);
  let results = (outs Vib_BernoulliType:$result);
  let assemblyFormat = [{
    $logits attr-dict
    `:` custom<BernoulliTypes>(type($logits), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_LaplaceOp : Vib_NamedOp<"laplace", "p", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "distributions";
  let summary = "makes Laplace distributions from their means";
  let description = [{
    A likelihood of numbers whose negative logarithm grows with the distance of
    the target from the mean, not with its square: outliers change it less than
    a normal.

    | words | the scale b |
    |---|---|
    | `noise(B)` | the constant B |
    | `noise(@NAME = B)` | one parameter for all outputs, which starts at B |
    | `noise(@NAME[K] = B)` | a parameter for each output |

    The standard deviation is `sqrt(2) b`. Training updates the logarithm of a
    scale that is a parameter, and weight files contain the logarithm.

    - **Operand**: `tensor<?xKxf32>` or f64, the means.
    - **Result**: `!vib.laplace<K>`, which may be left out.
    - **Errors**: a wrong number of means, a B that is not positive and finite.

    ```mlir
    %p = vib.laplace %y noise(1.0) : tensor<?x1xf32> -> !vib.laplace<1>
    %p = vib.laplace %y noise(@decode.scale[3] = 0.5) : tensor<?x3xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$mean, F64Attr:$noise,
                       OptionalAttr<StrAttr>:$noise_name,
                       OptionalAttr<I64Attr>:$noise_size);
  let results = (outs Vib_LaplaceType:$result);
  let assemblyFormat = [{
    $mean `noise` `` custom<Deviation>($noise, $noise_name, $noise_size)
    attr-dict `:` custom<LaplaceTypes>(type($mean), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_PriorOp : Vib_NamedOp<"prior", "r", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "distributions";
  let summary = "makes a prior from parameters, which training learns";
  let description = [{
    A prior is what `vib.kl` compares a posterior with.

    | words | the prior | its parameters |
    |---|---|---|
    | `normal[K]` | `r(z) = N(m, diag s^2)` | `NAME.mean` and `NAME.log_sigma`, [K] |
    | `normal(C)[K] given %label` | `b(z\|y) = N(m_y, diag s_y^2)`, a normal for each of C classes y (Fischer 2020, arXiv:2002.05379) | the same, [C, K] |
    | `mixture(M)[K]` | `r(z) = sum_i w_i N(z; m_i, diag s_i^2)`, of M components with the weights w = softmax(l) | the same, [M, K], and `NAME.logits`, [M] |
    | `vamp(M) of %q over %x` | `r(z) = 1/M sum_i q(z\|u_i)`, the mean of the posteriors of M pseudo-inputs u_i (Tomczak and Welling 2018, arXiv:1705.07120) | `NAME.inputs`, [M, D] |

    The symbol is NAME. `NAME.mean` is m, `NAME.log_sigma` is the logarithm of s,
    and `NAME.logits` is l. These parameters start at 0, so that every prior is
    N(0, I) before training, except the means of a mixture. They start at random
    numbers from N(0, 1/4), because components with one mean would stay equal.
    The optimizer updates the parameters with the others, and its weight decay
    draws the prior towards N(0, I).

    A VampPrior uses the layers that compute the posterior q for its
    pseudo-inputs, too, and their gradient is the sum over both uses. `%x` is
    what these layers read of the model's input, D numbers an example.
    `NAME.inputs` has the pseudo-inputs as rows of such numbers, after
    `vib.scale` or `vib.standardize`. They start as M examples of the training
    data, which the seed chooses. Nothing limits them afterwards, and weight
    decay draws them towards 0. Dropout drops nothing of them. Batch
    normalizations normalize them by their running statistics, in training,
    too: by those that the step before has left, and the first step by a mean of
    0 and a variance of 1. They have no part in these statistics. With averaged
    weights, evaluation uses the averages of the statistics.

    - **Operand**: with `given`, a target of the model, `tensor<?xi32>`, whose
      likelihood is a `!vib.categorical<C>`. The label chooses the normal of an
      example. With `of` and `over`, the diagonal posterior that `vib.kl` compares
      with the prior, and the only input that it is computed from: an argument of
      the model, or the result of `vib.scale` or `vib.standardize`.
    - **Result**: `!vib.normal<K>` or `!vib.mixture<K>`.
    - **Errors**: K below 1, C or M below 2, a label that is no target of the
      loss or has another number of classes, a prior that is sampled; a VampPrior
      with M above 1048576, of another posterior or of one with a full
      covariance, of several inputs, of tokens, or over an input that the
      posterior is not computed from.

    Priors of one name and one shape are one prior, and VampPriors of one name
    share their pseudo-inputs.

    ```mlir
    %r = vib.prior @prior normal[32]
    %b = vib.prior @backward normal(10)[32] given %digit : tensor<?xi32>
    %m = vib.prior @prior mixture(10)[32]
    %v = vib.prior @prior vamp(500) of %q over %x : !vib.normal<32>, tensor<?x784xf32>
    ```
  }];
  // The label; or the posterior and the input of a VampPrior.
  let arguments = (ins Variadic<AnyType>:$given, SymbolNameAttr:$name,
                       OptionalAttr<Vib_Count>:$classes,
                       OptionalAttr<Vib_Count>:$components);
  let results = (outs Vib_Distribution:$result);
  let assemblyFormat = [{
    $name custom<PriorForm>($classes, $components, $given, type($given),
                            type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let declarations = [{
    llvm::LogicalResult verifyForm();
    llvm::LogicalResult verifyVamp();

    /// Null if there is none.
    ::mlir::TypedValue<::mlir::RankedTensorType> getLabel();
    /// The posterior whose encoder is that of a VampPrior, and the input that it
    /// reads. Null if there is none.
    ::mlir::Value getEncoded();
    ::mlir::Value getInput();
  }];
}

def Vib_PseudoInputsOp : Vib_Op<"pseudo_inputs", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let summary = "the learned inputs of a prior, in place of a batch";
  let description = [{
    What the encoder of a VampPrior reads: the parameter `NAME.inputs`, with a row
    for each pseudo-input. `vib-build-step` makes this op, in front of a copy of
    the encoder, while it builds the step. A model with this op is an error.
  }];
  let arguments = (ins SymbolNameAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Vib_ReparameterizeOp : Vib_Op<"reparameterize", [
    Pure, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let group = "distributions";
  let summary = "draws a sample that gradients pass through";
  let description = [{
    Of a normal, `z = mu + sigma * eps`, or `z = mu + L eps` for a full
    covariance, with eps from N(0, I) (Kingma and Welling 2014,
    arXiv:1312.6114). docs/randomness.md defines eps to the bit. The description
    of `vib.concrete` defines the samples of categorical variables.

    With `samples(S)` a training step draws S samples of each example, computes
    the rest of the model for each, and minimizes the mean over them. The types
    of the values that follow do not show S. Evaluation has its own number of
    samples, `eval --samples`.

    A model may have several. All of them draw the same number of samples. The
    name of the result is that of the stream of noise in tensors and figures;
    `name("NAME")` gives it another one.

    - **Operand**: a posterior, `!vib.normal<K>`, `!vib.normal<K, full>` or
      `!vib.concrete<G, C>`.
    - **Result**: `tensor<?xKxf32>` or f64; of `!vib.concrete<G, C>`, K = G C.
    - **Errors**: a distribution that cannot be sampled with gradients, S below
      1 or above 2^24 (the counter of the noise has 24 bits for the sample), K
      above 2^24 (it has 24 bits for the latent), a result of another width.

    ```mlir
    %z = vib.reparameterize %q : !vib.normal<256> -> tensor<?x256xf32>
    %z = vib.reparameterize %q samples(3) : !vib.normal<2, full> -> tensor<?x2xf32>
    ```
  }];
  let arguments = (ins Vib_Distribution:$distribution,
                       DefaultValuedAttr<Vib_Count, "1">:$samples,
                       OptionalAttr<StrAttr>:$name);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $distribution custom<Samples>($samples) custom<StreamName>($name) attr-dict
    `:` type($distribution) `->` type($result)
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// Its number among the samples of the model: the stream of its noise.
    unsigned getStream();
  }];
}

#endif // VIB_DIALECT_VIBDISTRIBUTIONOPS_TD
