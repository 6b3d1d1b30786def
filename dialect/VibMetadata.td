//===- VibMetadata.td - What a module says of its model ----*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The attributes of a module of the phases `step` to `kernels`. The functions of
// the module compute a step of the model that they describe.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBMETADATA_TD
#define VIB_DIALECT_VIBMETADATA_TD

include "VibBase.td"
include "VibPlaces.td"
include "mlir/IR/EnumAttr.td"

def Vib_Precision : I32EnumAttr<"Precision", "a precision", [
    I32EnumAttrCase<"F32", 0, "f32">, I32EnumAttrCase<"F64", 1, "f64">,
    I32EnumAttrCase<"BF16", 2, "bf16">, I32EnumAttrCase<"TF32", 3, "tf32">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_ModelAttr : Vib_Attr<"Model", "model"> {
  let summary = "the model that a module computes";
  let description = [{
    The value of `vib.model` on a module.

    | field | what it is | default | values |
    |---|---|---|---|
    | the first | the name of the model | required | a string |
    | `hash` | a digest of what the model computes | required | a string |
    | `type` | the type of its numbers | required | `f32`, `f64` |
    | `operands` | the type to which wide contractions round their operands | `type` | `f32`, `f64`, `bf16`, `tf32` |
    | `batch` | the rows of a training step | required | 1 to 1,048,576 |
    | `input` | the shape of an example | required | one to three dimensions |
    | `inputs` | the shapes of several inputs by their names, in place of `input` | | `{left = [28, 14], right = [28, 14]}` |
    | `tokens` | the numbers of values of the inputs that consist of whole numbers | `{}` | `{words = 1000}` |
    | `posterior` | the distribution of the latents | required | `!vib.normal`, `!vib.concrete` |
    | `posteriors` | those of several streams, in place of `posterior` | | `{z1 = !vib.normal<32>, z2 = !vib.normal<16>}` |
    | `bypassed` | the names of the inputs that the decoders read, too | `[]` | a list of strings |
    | `samples` | the samples of each posterior in a training step | 1 | 1 to 16,777,216 |
    | `likelihood` | the distribution of the targets | required | `!vib.categorical`, `!vib.bernoulli`, `!vib.normal`, `!vib.laplace` |
    | `likelihoods` | those of several targets by their names, in place of `likelihood`. One with the name of an input is the likelihood of this input | | `{digit = !vib.categorical<10>, angle = !vib.normal<1>}` |
    | `terms` | the tensors of the terms of the loss | `["nll"]` | a list of `"nll"`, or `"objective"` where classes are smoothed or weighted; `"entropy"`; `"pairwise"`; and `"rate"`, `"residual"` or `"drawn_rate"`. Those of a further target or stream end with its name: `"nll.angle"`, `"rate.z2"` |
    | `coefficients` | the factors of the terms | `[#vib.coefficient<1.0>]` | a list of `#vib.coefficient` |
    | `functions` | the functions that the terms apply to their means | all are `#vib.function<mean>` | a list of `#vib.function` |
    | `temperatures` | those of the posteriors that have a name | none | a list of `#vib.coefficient` with names |
    | `arguments` | the names of one input and one target in the data | `["x", "y"]` | two strings |

    ```mlir
    #vib.model<"toynet", hash = "f93f4044", type = f32, operands = bf16, batch = 100, input = [28, 28], posterior = !vib.normal<256>, likelihood = !vib.categorical<10>, terms = ["nll", "rate"], coefficients = [#vib.coefficient<1.0>, #vib.coefficient<"beta", 1.0e-3>]>
    ```
  }];
  let parameters = (ins StringRefParameter<"name">:$name,
                        StringRefParameter<"hash">:$hash,
                        "::vib::Precision":$type, "::vib::Precision":$operands,
                        "int64_t":$batch,
                        ArrayRefParameter<"::mlir::NamedAttribute">:$inputs,
                        ArrayRefParameter<"::mlir::NamedAttribute">:$posteriors,
                        "int64_t":$samples,
                        ArrayRefParameter<"::mlir::NamedAttribute">:$likelihoods,
                        "::mlir::ArrayAttr":$terms,
                        "::mlir::ArrayAttr":$coefficients,
                        "::mlir::ArrayAttr":$functions,
                        "::mlir::ArrayAttr":$temperatures,
                        "::mlir::ArrayAttr":$bypassed,
                        "::mlir::DictionaryAttr":$tokens);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    ::mlir::FloatType getElementType() const;
    /// The number of values of an input of tokens; 0 of one of numbers.
    int64_t getNumValues(::mlir::NamedAttribute input) const;
    /// What an entry of `inputs`, `posteriors` and `likelihoods` says.
    static ::llvm::ArrayRef<int64_t> getShape(::mlir::NamedAttribute input);
    static DistributionTypeInterface
    getDistribution(::mlir::NamedAttribute entry);
    /// The place of the input that a likelihood reconstructs, which has its name.
    std::optional<unsigned>
    getReconstructed(::mlir::NamedAttribute likelihood) const;
    /// The name of a tensor of entry `place` of a list: of the first one the
    /// plain name, of a further one followed by a point and the entry's name.
    static std::string getTensorName(::llvm::StringRef base,
                                     ::llvm::ArrayRef<::mlir::NamedAttribute> list,
                                     unsigned place);
    /// The reverse: the plain name, and the place of the entry in the list that
    /// tensors of this name are of. Nothing if that list has no such entry.
    struct TensorName {
      ::llvm::StringRef base;
      unsigned place;
    };
    std::optional<TensorName> splitTensorName(::llvm::StringRef name) const;
    /// Whether a term of the loss is this tensor.
    bool hasTerm(::llvm::StringRef tensor) const;
    /// What the tensor of the rate of a posterior is called: "residual" if a
    /// term of the loss is its divergence from a prior that is given the label,
    /// "drawn_rate" if it is one at a sample, otherwise "rate".
    ::llvm::StringRef getRateName(unsigned place) const;
    /// The function of each term, which is its mean if there are none.
    ::llvm::SmallVector<FunctionAttr> getTermFunctions() const;
    /// The coefficients with a name, each once, in the order of the terms, and
    /// then the temperatures.
    ::llvm::SmallVector<CoefficientAttr> getNamedCoefficients() const;
    /// Whether this one of them is a temperature.
    bool isTemperature(CoefficientAttr coefficient) const;
    /// The place among them of the one that `--beta` means, if there is one.
    std::optional<unsigned> getBeta() const;
  }];
}

def Vib_TrainingAttr : Vib_Attr<"Training", "training"> {
  let summary = "how the model of a module is trained";
  let description = [{
    The value of `vib.training` on a module: the settings of `vib.train` that
    the runtime needs. The description of `vib.train` lists their values.

    | field | default |
    |---|---|
    | `epochs` | required |
    | `seed` | 0 |
    | `optimizer` | required |
    | `schedule` | `#vib.constant` |
    | `coefficients` | all are constant |
    | `clip` | no limit |
    | `average` | no average |

    ```mlir
    #vib.training<epochs = 200, seed = 0, optimizer = #vib.adam<lr = 1.0e-4>, schedule = #vib.staircase<rate = 0.97, epochs = 2.0>, coefficients = {beta = #vib.linear_warmup<epochs = 10.0>}, average = 0.999>
    ```
  }];
  let parameters = (ins "int64_t":$epochs, "uint64_t":$seed,
                        "::mlir::Attribute":$optimizer,
                        "::mlir::Attribute":$schedule,
                        "::mlir::DictionaryAttr":$coefficients,
                        "::mlir::Attribute":$clip,
                        "::mlir::FloatAttr":$average);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    Optimizer getOptimizerRule() const;
    Schedule getRateSchedule() const;
    Clip getClipRule() const;
    /// How the coefficient of this name changes.
    Schedule getScheduleOf(::llvm::StringRef coefficient) const;
  }];
}

def Vib_Initialization : I32EnumAttr<"Initialization",
    "the distribution of a parameter before training", [
    I32EnumAttrCase<"Constant", 0, "constant">,
    I32EnumAttrCase<"Uniform", 1, "uniform">,
    I32EnumAttrCase<"Normal", 2, "normal">,
    I32EnumAttrCase<"Examples", 3, "examples">,
    I32EnumAttrCase<"Mean", 4, "mean">,
    I32EnumAttrCase<"Deviation", 5, "deviation">,
    I32EnumAttrCase<"RunningMean", 6, "running_mean">,
    I32EnumAttrCase<"RunningVariance", 7, "running_variance">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_ParameterAttr : Vib_Attr<"Parameter", "parameter"> {
  let summary = "a parameter of the model of a module";
  let description = [{
    The value of `vib.parameters` on a module is a list of these.

    | field | what it is |
    |---|---|
    | the first | the name, and after a colon the type in memory |
    | `transposed` | files contain the transpose of this matrix; short for `permutation = [1, 0]` |
    | `permutation` | dimension i in files is that of this number in memory |
    | `init` | the distribution before training: `constant(c)`, `uniform(a)` in (-a, a), `normal(s)` with the standard deviation s, or `examples(i)` of the input of number i, from the training data; for state, `mean(i)` or `deviation(i)` of the input of number i over the training data, or `running_mean(c)` or `running_variance(c)`, which begin at c and which training steps compute |
    | `place` | the place in the block of the weights, from the phase `planned` on. Moments, averages and gradients have the same place in their blocks |

    ```mlir
    #vib.parameter<"encode.0.weight" : tensor<784x1024xf32>, transposed, init = uniform(5.76e-2), place = <weights + 0, panel = 25120, row = 32>>
    ```
  }];
  let parameters = (ins StringRefParameter<"name">:$name,
                        "::mlir::RankedTensorType":$type,
                        ArrayRefParameter<"int64_t">:$permutation,
                        "::vib::Initialization":$init,
                        "::mlir::FloatAttr":$scale, "::vib::PlaceAttr":$place);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    ParameterAttr withPlace(PlaceAttr place) const;
    /// Whether it is a statistic of the training data, or of its batches.
    bool isState() const {
      return getInit() == Initialization::Mean ||
             getInit() == Initialization::Deviation || isRunning();
    }
    /// Whether training steps compute it.
    bool isRunning() const {
      return getInit() == Initialization::RunningMean ||
             getInit() == Initialization::RunningVariance;
    }
  }];
}

def Vib_TensorAttr : Vib_Attr<"Tensor", "tensor"> {
  let summary = "an input or an output of the functions of a module";
  let description = [{
    The value of `vib.tensors` on a module, from the phase `planned` on, is a
    list of these. The `place` is in the arena, and is the same for all
    functions. The runtime does not read what is `internal`, so only that can be
    in panels.

    ```mlir
    #vib.tensor<"x" : tensor<100x784xf32>, internal, place = <arena + 78720, panel = 3232, row = 32>>
    ```
  }];
  let parameters = (ins StringRefParameter<"name">:$name,
                        "::mlir::RankedTensorType":$type, "bool":$internal,
                        "::vib::PlaceAttr":$place);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // VIB_DIALECT_VIBMETADATA_TD
