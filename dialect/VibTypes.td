//===- VibTypes.td - Distributions -------------------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBTYPES_TD
#define VIB_DIALECT_VIBTYPES_TD

include "VibBase.td"
include "VibInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Vib_Covariance : I32EnumAttr<"Covariance", "the form of a covariance", [
    I32EnumAttrCase<"Diagonal", 0, "diagonal">,
    I32EnumAttrCase<"Full", 1, "full">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_NormalType : Vib_Type<"Normal", "normal", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["hasSamples", "hasDeviation", "hasDivergence",
                                 "hasDivergenceFrom", "hasPairwiseDivergence",
                                 "getRateParts", "verifyTarget"]>]> {
  let group = "distributions";
  let summary = "a normal distribution over vectors, one for each example";
  let description = [{
    `!vib.normal<K>` has K dimensions and a diagonal covariance.
    `!vib.normal<K, full>` has a full covariance, given by its Cholesky factor.
    The batch is not part of the type.

    - **Errors**: K below 1 or above 2^31 - 1.

    ```mlir
    !vib.normal<256>
    !vib.normal<2, full>
    ```
  }];
  let parameters = (ins "int64_t":$width,
      DefaultValuedParameter<"Covariance", "Covariance::Diagonal">:$covariance);
  let assemblyFormat = "`<` custom<Width>($width) (`,` $covariance^)? `>`";
  let genVerifyDecl = 1;
}

def Vib_MixtureType : Vib_Type<"Mixture", "mixture", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["isDrawnPrior"]>]> {
  let group = "distributions";
  let summary = "a mixture of diagonal normal distributions over vectors";
  let description = [{
    `!vib.mixture<K>` has K dimensions. It is a prior, which `vib.prior` makes; its
    number of components is not part of the type.

    - **Errors**: K below 1 or above 2^31 - 1.

    ```mlir
    !vib.mixture<32>
    ```
  }];
  let parameters = (ins "int64_t":$width);
  let assemblyFormat = "`<` custom<Width>($width) `>`";
  let genVerifyDecl = 1;
}

def Vib_CategoricalType : Vib_Type<"Categorical", "categorical", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["hasEntropy", "verifyTarget", "getNumClasses"]>]> {
  let group = "distributions";
  let summary = "a categorical distribution over classes, one for each example";
  let description = [{
    `!vib.categorical<C>` has C classes, numbered from 0 to C - 1.

    - **Errors**: C below 2 or above 2^31 - 1.

    ```mlir
    !vib.categorical<10>
    ```
  }];
  let parameters = (ins "int64_t":$classes);
  let assemblyFormat = "`<` custom<Classes>($classes) `>`";
  let genVerifyDecl = 1;
}

def Vib_ConcreteType : Vib_Type<"Concrete", "concrete", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["hasSamples", "hasSmoothDraws",
                                 "hasDivergence", "getRateParts"]>]> {
  let group = "distributions";
  let summary = "independent categorical variables that can be sampled";
  let description = [{
    `!vib.concrete<G, C>` has G variables for each example. Each is one of C
    classes, written as C numbers of which one is 1 and the others are 0, so a
    sample has G C numbers: those of the first variable, then those of the
    second. In training a sample is relaxed: the C numbers lie between 0 and 1,
    and their sum is 1.

    - **Errors**: G below 1, C below 2, G C above 2^31 - 1.

    ```mlir
    !vib.concrete<8, 10>
    ```
  }];
  let parameters = (ins "int64_t":$groups, "int64_t":$classes);
  let assemblyFormat = "`<` custom<Variables>($groups) `,` custom<Classes>($classes) `>`";
  let genVerifyDecl = 1;
}

def Vib_BernoulliType : Vib_Type<"Bernoulli", "bernoulli", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["hasEntropy", "verifyTarget", "isOfUnitInterval"]>]> {
  let group = "distributions";
  let summary = "independent Bernoulli distributions, K for each example";
  let description = [{
    `!vib.bernoulli<K>` is a distribution over K numbers of which each is 0 or 1.

    - **Errors**: K below 1 or above 2^31 - 1.

    ```mlir
    !vib.bernoulli<784>
    ```
  }];
  let parameters = (ins "int64_t":$width);
  let assemblyFormat = "`<` custom<Outputs>($width) `>`";
  let genVerifyDecl = 1;
}

def Vib_LaplaceType : Vib_Type<"Laplace", "laplace", [
    DeclareTypeInterfaceMethods<Vib_DistributionTypeInterface,
                                ["verifyTarget", "getErrors"]>]> {
  let group = "distributions";
  let summary = "independent Laplace distributions, K for each example";
  let description = [{
    `!vib.laplace<K>` is a distribution over K numbers.

    - **Errors**: K below 1 or above 2^31 - 1.

    ```mlir
    !vib.laplace<1>
    ```
  }];
  let parameters = (ins "int64_t":$width);
  let assemblyFormat = "`<` custom<Outputs>($width) `>`";
  let genVerifyDecl = 1;
}

def Vib_Distribution : Type<
    CPred<"::llvm::isa<::vib::DistributionTypeInterface>($_self)">,
    "a distribution", "::vib::DistributionTypeInterface">;

def Vib_NatsType : Vib_Type<"Nats", "nats"> {
  let summary = "a term of the loss, one number in nats for each example";
  let description = [{
    `vib.nll`, `vib.kl`, `vib.pairwise` and `vib.entropy` compute values of this
    type, and `vib.loss` reads them.

    ```mlir
    !vib.nats
    ```
  }];
  let assemblyFormat = "";
  let builderCall = "$_builder.getType<::vib::NatsType>()";
}

#endif // VIB_DIALECT_VIBTYPES_TD
