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
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_ModelOp : Vib_Op<"model", [
    IsolatedFromAbove, NoTerminator, SingleBlock, Symbol,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let group = "a model and its training";
  let summary = "defines a network with an information bottleneck, and its loss";
  let description = [{
    An argument that a `vib.nll` reads as its second operand is a target; every
    other one is an input. There may be any number of both. The names of the
    arguments are those of the arrays in the data; a model with one input and
    one target also takes `x` and `y`. The region contains encoders, the
    `vib.reparameterize` of each posterior, decoders, and exactly one
    `vib.loss`.

    Each `vib.reparameterize` is a *stream* of noise, with its number in the
    order of the file. The first input, target and stream have the names that
    they would have alone (`x`, `y`, `mu`, `rate_bits`); those of further ones
    contain the name of the argument or of the sample: `%z2` has the tensor
    `mu.z2` and the figure `rate_z2_bits`.

    - **Input**: `tensor<?x…>` of one to four dimensions, of f32, f64 or `ui8`,
      or of i32 for tokens, which only `vib.embedding` and `vib.one_hot` read.
    - **Target**: `tensor<?xi32>` for class labels, `tensor<?xKxf32>` or f64 for
      a regression.
    - **Errors**, besides those of the ops in it: a dimension other than the
      batch that is `?`; tensors of both f32 and f64; two layers of
      one name with different widths;
      a parameter, an argument or a sample that no loss depends on; no
      bottleneck; an encoder that reads a target or a sample; a decoder that
      reads a value that depends on no sample, other than by `vib.bypass`; a
      posterior that is sampled twice, or samples of different numbers; two
      `vib.nll` of one target; more than 256 streams.

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
  let arguments = (ins SymbolNameAttr:$sym_name,
                       OptionalAttr<StrArrayAttr>:$argument_names);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let declarations = [{
    /// The arguments that are not targets, and those that are.
    ::llvm::SmallVector<::mlir::BlockArgument> getInputs();
    ::llvm::SmallVector<::mlir::BlockArgument> getTargets();
    /// The name of an argument in the model file; empty if it has none.
    ::llvm::StringRef getArgumentName(::mlir::BlockArgument argument);
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
  let declarations = [{
    YieldOp getYield();
  }];
}

def Vib_EncoderOp : Vib_PartOp<"encoder", "q"> {
  let group = "parts of a model";
  let summary = "computes the posterior p(z|x) from the input";
  let description = [{
    Marks where the encoder begins and ends. The region may use the values
    around it and yields the posterior.

    - **Operand**: the value that it reads, `tensor<?x…xf32>`, f64, or tokens.
    - **Result**: `!vib.normal<K>`, `!vib.normal<K, full>` or
      `!vib.concrete<G, C>`.
    - **Errors**: a region that does not end with `vib.yield`, or yields another
      type.

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
  let group = "parts of a model";
  let summary = "computes the likelihood p(y|z) from a sample";
  let description = [{
    Marks where the decoder begins and ends. It is optional: the ops in it may
    also be written directly in the model.

    - **Operand**: the sample, `tensor<?xKxf32>` or f64.
    - **Result**: a likelihood, such as `!vib.categorical<C>`.
    - **Errors**: a region that does not end with `vib.yield`, or yields another
      type.

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

def Vib_BypassOp : Vib_NamedOp<"bypass", "s", [
    Pure, SameOperandsAndResultType]> {
  let group = "parts of a model";
  let summary = "lets a decoder read a value beside the sample";
  let description = [{
    The result is the operand, which depends on no sample: an input, or what
    layers compute from inputs. A decoder may read the result beside a sample,
    as that of the variational fair autoencoder reads a sensitive attribute s
    (Louizos et al. 2016, arXiv:1511.00830). Without this op a decoder that
    reads such a value is an error, because information would bypass the
    bottleneck unseen.

    The rate of a sample z still is an upper bound on I(Z;X). But the
    predictions now also use what the bypass carries, so that the cross-entropy
    bounds I(Z;Y) no more: `izy_bits` is null. A z alone cannot be decoded, so
    the program's `decode` refuses such a model; `predict` reads the inputs.

    - **Operand** and **result**: `tensor<?xWxf32>` or f64, of one type.
    - **Errors**: an operand of another rank, one that depends on a sample or on
      a target, a result that no decoder reads beside a sample.

    ```mlir
    %b = vib.bypass %s : tensor<?x1xf32>
    %d = vib.concat %z, %b : tensor<?x50xf32>, tensor<?x1xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
}

def Vib_TrainOp : Vib_Op<"train", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let group = "a model and its training";
  let summary = "states how a model is trained";
  let description = [{
    After the model's name come its batch and epochs, then the settings in
    braces, in any order, each optional. Batch, epochs, learning rate,
    coefficients and seed can be changed without editing the file: `vibc
    --batch` changes the batch when compiling, and the program's `--epochs`,
    `--lr`, `--beta`, `--coefficient` and `--seed` change the others when it
    runs.

    | setting | what it is | default | values |
    |---|---|---|---|
    | `batch(N)` | examples in a training step | required | 1 to 1,048,576 |
    | `epochs(N)` | passes over the training data | required | 1 to 4294967296 |
    | `optimizer` | the update rule, with the learning rate | `#vib.adam<lr = 1.0e-3>` | `#vib.sgd`, `#vib.rmsprop`, `#vib.adam`, `#vib.adamw`, `#vib.adabelief` |
    | `schedule` | how the learning rate changes | `#vib.constant` | `#vib.constant`, `#vib.staircase`, `#vib.exponential`, `#vib.cosine`, `#vib.linear`, `#vib.geometric`, `#vib.linear_warmup`, `#vib.exponential_warmup` |
    | `coefficients` | how the coefficients of the loss change, `{ name = schedule, … }` | `{}`: all are constant | the same for each name, and `#vib.dual` |
    | `beta_schedule` | short for `coefficients = { beta = … }` | `#vib.constant` | `#vib.constant`, `#vib.staircase`, `#vib.exponential`, `#vib.cosine`, `#vib.linear`, `#vib.geometric`, `#vib.linear_warmup`, `#vib.exponential_warmup`, `#vib.dual` |
    | `clip` | how gradients are limited before an update | no limit | `#vib.global_norm`, `#vib.value` |
    | `average` | decay d of the exponential average of the weights; without it the weights are not averaged | none | [0, 1) |
    | `init` | the distribution of the initial weights | `#vib.glorot_uniform` | `#vib.glorot_uniform`, `#vib.glorot_normal`, `#vib.he_uniform`, `#vib.he_normal` |
    | `seed` | the seed of all random numbers | 0 | 0 to 2^64 - 1 |

    The average is updated after every update t = 1, 2, …, and is zero-debiased:
    `a += (1 - d) / (1 - d^t) * (w - a)`.

    - **Errors**: a model that does not exist, a setting that is unknown or
      written twice, a value outside its range, a schedule of a coefficient that
      the loss does not have.

    ```mlir
    vib.train @toynet batch(100) epochs(200) {
      optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999>,
      schedule = #vib.staircase<rate = 0.97, epochs = 2>,
      beta_schedule = #vib.linear_warmup<epochs = 10>,
      average = 0.999, init = #vib.glorot_uniform, seed = 0 }
    ```

    Coefficients with schedules of their own:

    ```mlir
    vib.train @toynet batch(100) epochs(200) {
      optimizer = #vib.adam<lr = 1.0e-3>, clip = #vib.global_norm<1.0>,
      coefficients = { beta = #vib.linear<from = 0.0, epochs = 10, delay = 1> } }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$model, Vib_Count:$batch,
                       Vib_Count:$epochs,
                       AnyAttr:$optimizer, AnyAttr:$schedule,
                       DictionaryAttr:$coefficients,
                       OptionalAttr<AnyAttr>:$clip,
                       OptionalAttr<F64Attr>:$average, AnyAttr:$init,
                       I64Attr:$seed);
  let useCustomPropertiesEncoding = 1; // VibBytecode.cpp
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let declarations = [{
    Optimizer getOptimizerRule() {
      return ::llvm::cast<OptimizerAttrInterface>(getOptimizer()).getOptimizer();
    }
    Clip getClipRule() {
      return getClipAttr()
                 ? ::llvm::cast<ClipAttrInterface>(getClipAttr()).getClip()
                 : Clip();
    }
    Schedule getRateSchedule() {
      return ::llvm::cast<ScheduleAttrInterface>(getSchedule()).getSchedule();
    }
    InitializerAttrInterface getInitializer() {
      return ::llvm::cast<InitializerAttrInterface>(getInit());
    }
  }];
}

#endif // VIB_DIALECT_VIBMODELOPS_TD
