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
include "VibCoefficient.td"
include "VibTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_StandardNormalAttr : Vib_Attr<"StandardNormal", "standard_normal", [
    TypedAttrInterface]> {
  let group = "priors";
  let summary = "the prior N(0, I)";
  let description = [{
    The type after the colon is that of the posterior.

    ```mlir
    #vib.standard_normal : !vib.normal<256>
    ```
  }];
  let parameters = (ins AttributeSelfTypeParameter<"">:$type);
  let assemblyFormat = "";
}

def Vib_NLLOp : Vib_NamedOp<"nll", "nll", [Pure]> {
  let group = "the loss";
  let summary = "computes the negative log likelihood of the target";
  let description = [{
    - Categorical: the cross-entropy `-log softmax(logits)[y]` of the label y.
    - Bernoulli: the sum over the outputs of `log(1 + exp(l_k)) - y_k l_k`, with
      the logits l and targets y from 0 to 1. It is computed without overflow.
    - Normal: `1/2 sum_k (log(2 pi s^2) + (y_k - mean_k)^2 / s^2)`, with the
      standard deviation s of its `noise`.
    - Laplace: `sum_k (log(2 b) + |y_k - mean_k| / b)`, with the scale b of its
      `noise`.

    The result is one number for each example, in nats. The sum runs over the
    dimensions of the target.

    Of classes, training may minimize another mean than that of the
    cross-entropies. With the smoothing e, the number of classes C, the weights
    w of the classes (1 without them), the probabilities p and the label y of
    each example,

    ```
    (1 - e) sum(w_y (-log p_y)) / sum(w_y)
      + e / C sum(sum_c w_c (-log p_c)) / sum(w_y)
    ```

    with sums over the examples, as PyTorch's `cross_entropy`. The figures of a
    program are still those of the plain cross-entropy.

    - **Operands**: the likelihood and an argument of the model, which it makes
      a target. Labels of a `!vib.categorical<C>` are `tensor<?xi32>` in
      0 … C - 1; targets of a `!vib.normal<K>`, a `!vib.laplace<K>` or a
      `!vib.bernoulli<K>` are `tensor<?xKxf32>` or f64.
    - **Reconstruction**: targets that are numbers may be an input of the model,
      as in a variational autoencoder: the argument, or the result of
      `vib.scale` or `vib.standardize`. The target is then what the model
      reads, so it is scaled if the input is. Its elements are in their row-major
      order, which for an image is height, width, channels.
    - **`smoothing(e)`**: in [0, 1), 0 if it is not written.
    - **`weights([w, …])`**: a number above 0 for each class.
    - **Result**: `!vib.nats`.
    - **Errors**: a target of another type or width, smoothing or weights of
      targets that are no classes, a likelihood with a full covariance or with the `sigma` of a posterior, a value that is not an
      argument of the model, a second `vib.nll` of one target, a Bernoulli
      likelihood of an input that is not scaled to [0, 1].

    ```mlir
    %ce = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
    %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
    %nll = vib.nll %p, %x : !vib.bernoulli<784>, tensor<?x784xf32>
    %ce = vib.nll %p, %y smoothing(0.1) weights([1.0, 4.0]) : !vib.categorical<2>, tensor<?xi32>
    ```
  }];
  let arguments = (ins Vib_Distribution:$likelihood, AnyRankedTensor:$target,
                       OptionalAttr<F64Attr>:$smoothing,
                       OptionalAttr<DenseF64ArrayAttr>:$weights);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = [{
    $likelihood `,` $target custom<ClassTarget>($smoothing, $weights) attr-dict
    `:` type($likelihood) `,` type($target)
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// The argument of the model that is the target; null in a wrong model.
    ::mlir::BlockArgument getTargetArgument();
    /// Whether this argument is also an input.
    bool isReconstruction();
    /// Whether training minimizes another mean than that of the results.
    bool hasObjective() { return getSmoothing() || getWeights(); }
  }];
}

def Vib_KLOp : Vib_NamedOp<"kl", "rate", [Pure]> {
  let group = "the loss";
  let summary = "computes the rate, KL[posterior || prior]";
  let description = [{
    The closed form of the divergence, summed over the K latents or the G
    variables, if there is one. From N(0, I):

    - diagonal: `1/2 sum_k (mu_k^2 + sigma_k^2 - 1 - log sigma_k^2)`;
    - full: `1/2 (|L|^2 + |mu|^2 - K - 2 sum_k log L_kk)`, with the squared
      Frobenius norm of the Cholesky factor L.

    From a `vib.prior`, N(m, diag s^2):

    - diagonal: `1/2 sum_k ((sigma_k^2 + (mu_k - m_k)^2) / s_k^2 - 1
      - log sigma_k^2 + log s_k^2)`;
    - full: the same with the variance `(L L^T)_kk` in place of the first
      `sigma_k^2`, and `L_kk^2` in place of that in the logarithm.

    From a mixture r there is none. `at %z` computes, at the sample z of the
    posterior q, `log q(z|x) - log r(z)`, which may be negative. Its mean over
    samples is the divergence. Gradients pass through both densities. With several
    samples the result is the mean over them.

    Of `!vib.concrete<G, C>`, from the uniform distribution, which is not
    written: `sum_g sum_c q_gc log q_gc + G log C`.

    The result is one number for each example, in nats. Its mean, the *rate*, is
    an upper bound on the mutual information I(Z;X), whatever the prior is
    (Alemi et al. 2017); that at samples is an estimate of this bound. From a
    prior that is given the label, it is the *residual rate*, an upper bound on
    I(Z;X|Y) (Fischer 2020, arXiv:2002.05379). The logarithm of sigma is computed
    from rho, so that the rate stays finite where sigma underflows.

    - **Operands**: the posterior that `vib.reparameterize` samples,
      `!vib.normal<K>` or `!vib.normal<K, full>`, and a prior: the attribute
      `#vib.standard_normal`, or the result of a `vib.prior` of K latents. Its type
      may follow the posterior's. If it is left out, it is `!vib.normal<K>`, or
      with `at` `!vib.mixture<K>`. Or `!vib.concrete<G, C>`, without a prior.
    - **`at %z`**: the sample that `vib.reparameterize` draws from the posterior.
      A mixture needs it. Its type may come last; it is `tensor<?xKxf32>` if it is
      left out.
    - **Result**: `!vib.nats`.
    - **Errors**: another prior, a prior of another size than the posterior, a
      posterior that is not sampled, two priors of one posterior, a mixture
      without `at`, a normal prior with it, the sample of another posterior.

    ```mlir
    %rate = vib.kl %q, #vib.standard_normal : !vib.normal<256>
    %r = vib.prior @prior normal[256]
    %rate = vib.kl %q, %r : !vib.normal<256>
    %m = vib.prior @mixture mixture(10)[256]
    %rate = vib.kl %q, %m at %z : !vib.normal<256>
    %rate = vib.kl %q : !vib.concrete<8, 10>
    ```
  }];
  // The prior that is learned, if it is, and then the sample, if there is one.
  let arguments = (ins Vib_Distribution:$posterior,
                       Variadic<AnyType>:$given,
                       OptionalAttr<AnyAttr>:$prior);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = [{
    $posterior `` custom<Prior>($prior, $given, type($posterior),
                                type($given)) attr-dict
  }];
  let hasVerifier = 1;
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let declarations = [{
    llvm::LogicalResult verifyLearnedPrior();
    llvm::LogicalResult verifySample();

    /// The prior that is learned, and the sample at which the divergence from it
    /// is computed. Null if there is none.
    ::mlir::TypedValue<DistributionTypeInterface> getLearnedPrior();
    ::mlir::Value getSample();

    /// Whether the prior depends on the label of an example.
    bool isResidual();
    /// Whether it is computed at a sample.
    bool isDrawn() { return bool(getSample()); }
    /// What its tensor is called: "rate", "residual" or "drawn_rate".
    ::llvm::StringRef getTensorName();
    /// What its figure is called, without the unit: "rate" or "residual".
    ::llvm::StringRef getFigureName();
  }];
}

def Vib_PairwiseOp : Vib_NamedOp<"pairwise", "pairwise", [Pure]> {
  let group = "the loss";
  let summary = "estimates the information in z from the pairs of examples of a batch";
  let description = [{
    The estimate of the nonlinear information bottleneck (Kolchinsky, Tracey,
    Wolpert 2019, arXiv:1705.02436). The posteriors of all examples have the same
    standard deviations sigma. Among the N examples of a batch, the number of
    example i, in nats, is

    ```
    -log(1/N sum_j exp(-1/2 sum_k ((mu_ik - mu_jk) / sigma_k)^2))
    ```

    with a sum over all N examples j, i among them. Of a batch that is not full,
    N is the number of its examples.

    The mean over the batch is an upper bound on the information that a sample
    has about which of these N examples it was drawn for: on I(Z;X) under the
    *empirical* distribution of the batch, which gives each example the
    probability 1/N. It lies between 0 and log N. It bounds I(Z;X) under the
    distribution of the data from neither side. So programs report it as
    `izx_nib_bits`, beside N, and not as a bound. The number of an example
    depends on its batch: evaluation takes the examples in their order, as many
    at a time as the batch of training has.

    It is a term of the loss as a rate is, also within `power`, `exp` and `abs`.
    No prior is involved; the rate that programs report beside it is that of
    another `vib.kl` of the model, or the divergence from N(0, I).

    - **Operand**: the posterior that `vib.reparameterize` samples, a
      `!vib.normal<K>` with the `sigma` of `vib.normal`: a number, or a parameter
      for all latents or for each.
    - **Result**: `!vib.nats`.
    - **Errors**: a posterior whose sigma the network computes for each example,
      a full covariance, classes, a posterior that is not sampled, a second
      `vib.pairwise` of one posterior, one that is no term of the loss, a batch of
      1 example, of which it is always 0, or of more than 65,536.

    ```mlir
    %q = vib.normal %m sigma(1.0) : tensor<?x2xf32> -> !vib.normal<2>
    %information = vib.pairwise %q : !vib.normal<2>
    ```
  }];
  let arguments = (ins Vib_Distribution:$posterior);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = "$posterior attr-dict `:` type($posterior)";
  let hasVerifier = 1;
}

def Vib_EntropyOp : Vib_NamedOp<"entropy", "entropy", [Pure]> {
  let group = "the loss";
  let summary = "computes the entropy of the predictions, H(p(y|z))";
  let description = [{
    - Categorical: `-sum_c p_c log p_c`, with the probabilities p of the classes.
    - Bernoulli: the sum over the outputs of `-p_k log p_k
      - (1 - p_k) log(1 - p_k)`. Both are computed from the logits, so that
      they stay finite where a probability underflows.

    The result is one number for each example, in nats; of several samples it is
    their mean. A loss that subtracts it has the *confidence penalty* of Pereyra
    et al. (2017, arXiv:1701.06548, equation 5), which keeps predictions from
    becoming certain. One that adds it makes them more certain. Programs report
    its mean as `entropy_bits`.

    - **Operand**: the likelihood of a `vib.nll` that is a term of the loss, a
      `!vib.categorical<C>` or a `!vib.bernoulli<K>`.
    - **Result**: `!vib.nats`.
    - **Errors**: a likelihood of numbers, the likelihood of no `vib.nll` in the
      loss.

    ```mlir
    %entropy = vib.entropy %p : !vib.categorical<10>
    ```
  }];
  let arguments = (ins Vib_Distribution:$likelihood);
  let results = (outs Vib_NatsType:$result);
  let assemblyFormat = "$likelihood attr-dict `:` type($likelihood)";
  let hasVerifier = 1;
}

def Vib_FunctionKind : I32EnumAttr<"FunctionKind", "a function of a mean", [
    I32EnumAttrCase<"Mean", 0, "mean">, I32EnumAttrCase<"Power", 1, "power">,
    I32EnumAttrCase<"Exp", 2, "exp">, I32EnumAttrCase<"Abs", 3, "abs">,
    I32EnumAttrCase<"Negative", 4, "negative">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_FunctionAttr : Vib_Attr<"Function", "function"> {
  let summary = "the function that a term of the loss applies to a mean";
  let description = [{
    In a model file it is written around the rate, as the description of
    `vib.loss` says. R is the mean of a `vib.kl` or a `vib.pairwise` over the
    batch, in nats, and H the mean entropy, which a loss may subtract:

    | kind | what it is | the number |
    |---|---|---|
    | `mean` | R or H | none |
    | `negative` | -H | none |
    | `power` | max(R, 0)^p | p, above 1 |
    | `exp` | exp(n R) | n, above 0 |
    | `abs` | the distance of R from C | C in nats, at least 0; it may have a name |

    ```mlir
    #vib.function<mean>
    #vib.function<power, 2.0>
    #vib.function<abs, @capacity(5.0)>
    ```
  }];
  let parameters = (ins "::vib::FunctionKind":$kind,
                        "::vib::CoefficientAttr":$number);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    bool isMean() const { return getKind() == FunctionKind::Mean; }
    bool isNegative() const { return getKind() == FunctionKind::Negative; }
    /// Whether the mean over a batch follows from those of its parts.
    bool isLinear() const { return isMean() || isNegative(); }
    double getValue() const {
      return getNumber() ? getNumber().getValue().getValueAsDouble() : 0;
    }
  }];
}

def Vib_LossOp : Vib_Op<"loss", [HasParent<"ModelOp">]> {
  let group = "the loss";
  let summary = "states what training minimizes, a sum of terms";
  let description = [{
    The loss is a sum of terms, in nats. A term is the mean over the batch and
    the samples of one number for each example, times a coefficient. The loss of
    the information bottleneck is `nll + beta * rate` (Alemi et al. 2017,
    equation 17).

    A coefficient is written `@name(value)`. The program's
    `--coefficient name=X`, or `--beta X` for that of the rate, replaces the
    value, and `coefficients` of `vib.train` varies it over the epochs. Two
    terms with coefficients of one name share it. The coefficient of a term may
    also be a number, which nothing changes; without one it is 1.

    `--beta` and `beta_schedule` mean the coefficient named `beta`, or that of
    the first rate if none has this name.

    A term may also be a function of the mean rate R of the batch, in nats. Here
    and below, the result of a `vib.pairwise` is a rate as that of a `vib.kl` is.

    - `power(%rate, p)` is max(R, 0)^p, and `exp(%rate, n)` is exp(n R)
      (Rodríguez Gálvez et al. 2020, arXiv:1911.11000);
    - `abs(%rate - C)` is the distance of R from C nats (Burgess et al. 2018,
      arXiv:1804.03599). With a name, `abs(%rate - @capacity(C))`, it is a value
      like a coefficient: it has a flag and may have a schedule.

    A function acts on the mean, not on the rate of each example. In the
    evaluation of a split it acts on the mean rate of the split.

    A `-` in place of the `+` before a term subtracts it. Only the entropy of
    the predictions may be subtracted: the loss would have no minimum without a
    term that it is meant to make small.

    - **Operands**: the results of at least one `vib.nll` and of any number of
      `vib.kl`, `vib.pairwise` and `vib.entropy`, all `!vib.nats`. A value may be
      in several terms.
    - **Errors**: results of other ops, no `vib.nll`, a rate or an entropy
      without a coefficient or with the number 1 (write `@beta(1.0)`), a
      coefficient that is negative or not finite, two values for one name, more
      than 16 names, a function of another value than a rate, a power of at most
      1, a `-` before another value than an entropy, a second `vib.loss`.

    ```mlir
    vib.loss %ce + @beta(1.0e-3) * %rate
    ```

    The loss of a stochastic network, without a rate:

    ```mlir
    vib.loss %ce
    ```

    Weighted terms:

    ```mlir
    vib.loss 0.5 * %ce + @beta(1.0e-3) * %rate + @gamma(1.0e-4) * %rate
    ```

    The convex information bottleneck, and a capacity that a schedule raises:

    ```mlir
    vib.loss %ce + @beta(1.0e-3) * power(%rate, 2.0)
    vib.loss %ce + @gamma(100.0) * abs(%rate - @capacity(25.0))
    ```

    The confidence penalty:

    ```mlir
    vib.loss %ce - @gamma(0.1) * %entropy
    ```
  }];
  let arguments = (ins Variadic<Vib_NatsType>:$terms, ArrayAttr:$coefficients,
                       OptionalAttr<ArrayAttr>:$functions);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let assemblyFormat = [{
    custom<Terms>($terms, $coefficients, $functions) attr-dict
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// The factor of each term.
    auto getFactors() {
      return getCoefficients().getAsRange<CoefficientAttr>();
    }
    /// The function of each term, which is its mean if there are none.
    ::llvm::SmallVector<FunctionAttr> getTermFunctions();
    /// The rates that are terms, each once.
    ::llvm::SmallVector<KLOp> getRateTerms();
    /// The estimate by pairs of a posterior that is a term; null if there is
    /// none.
    PairwiseOp findPairwiseTerm(::mlir::Value posterior);
    /// The entropy of a likelihood that is a term; null if there is none. That
    /// of a likelihood of several targets is the first target's.
    EntropyOp findEntropyTerm(NLLOp nll);
    /// The coefficients with a name, each once, in the order of the terms, and
    /// then the temperatures of the model that have one.
    ::llvm::SmallVector<CoefficientAttr> getNamedCoefficients();
    /// The one that `--beta` means; null if there is none.
    CoefficientAttr getBeta();
  }];
}

#endif // VIB_DIALECT_VIBLOSSOPS_TD
