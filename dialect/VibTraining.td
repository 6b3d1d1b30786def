//===- VibTraining.td - How a model is trained -------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBTRAINING_TD
#define VIB_DIALECT_VIBTRAINING_TD

include "VibBase.td"
include "VibInterfaces.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

/// An attribute written `#vib.name<field = number, …>`, the fields in any
/// order, those with a default optional.
class Vib_NumbersAttr<string name, string attrMnemonic,
                      list<Trait> traits = []>
    : Vib_Attr<name, attrMnemonic, traits> {
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_Decayed : I32EnumAttr<"Decayed", "what a weight decay acts on", [
    I32EnumAttrCase<"All", 0, "all">, I32EnumAttrCase<"Weights", 1, "weights">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_SGDAttr : Vib_NumbersAttr<"SGD", "sgd", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let group = "optimizers";
  let summary = "stochastic gradient descent with momentum";
  let description = [{
    An update is `g += weight_decay * w; b = momentum * b + g; w -= lr * b`, with
    the gradient g, as in PyTorch's `SGD`.

    | field | what it is | default | range |
    |---|---|---|---|
    | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
    | `momentum` | decay of the velocity b | 0.0 | [0, 1) |
    | `weight_decay` | factor of the weight added to the gradient | 0.0 | [0, inf) |
    | `decay_on` | what the decay acts on: `all` parameters, or `weights`, the matrices of layers and the kernels of convolutions, without biases and the parameters of normalizations, spreads and priors | `all` | `all`, `weights` |

    ```mlir
    #vib.sgd<lr = 1.0e-2, momentum = 0.9>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$momentum,
                        "::mlir::FloatAttr":$weightDecay,
                        "::vib::Decayed":$decayOn);
}

def Vib_AdamAttr : Vib_NumbersAttr<"Adam", "adam", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let group = "optimizers";
  let summary = "Adam";
  let description = [{
    An update with the gradient g is
    `m += (1 - beta1) * (g - m); v += (1 - beta2) * (g^2 - v)`, then
    `w -= lr * m' / (sqrt(v') + eps)`. The debiased moments are
    `m' = m / (1 - beta1^t)` and `v' = v / (1 - beta2^t)`, where t = 1, 2, …
    counts the updates (Kingma and Ba 2015, arXiv:1412.6980). PyTorch's `Adam`
    and optax compute the same.

    | field | what it is | default | range |
    |---|---|---|---|
    | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
    | `beta1` | decay of the first moment m | 0.9 | [0, 1) |
    | `beta2` | decay of the second moment v | 0.999 | [0, 1) |
    | `eps` | added to the root of the second moment | 1.0e-8 | (0, inf) |

    ```mlir
    #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$beta1,
                        "::mlir::FloatAttr":$beta2, "::mlir::FloatAttr":$eps);
}

def Vib_AdamWAttr : Vib_NumbersAttr<"AdamW", "adamw", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let group = "optimizers";
  let summary = "Adam with decoupled weight decay";
  let description = [{
    An update is `w -= lr * weight_decay * w`, then the update of `#vib.adam`
    (Loshchilov and Hutter 2019, arXiv:1711.05101).

    | field | what it is | default | range |
    |---|---|---|---|
    | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
    | `beta1` | decay of the first moment m | 0.9 | [0, 1) |
    | `beta2` | decay of the second moment v | 0.999 | [0, 1) |
    | `eps` | added to the root of the second moment | 1.0e-8 | (0, inf) |
    | `weight_decay` | factor of the decay | 0.01 | [0, inf) |
    | `decay_on` | what the decay acts on: `all` parameters, or `weights`, the matrices of layers and the kernels of convolutions, without biases and the parameters of normalizations, spreads and priors | `all` | `all`, `weights` |

    ```mlir
    #vib.adamw<lr = 1.0e-3, weight_decay = 1.0e-2>
    #vib.adamw<lr = 1.0e-3, weight_decay = 1.0e-2, decay_on = weights>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$beta1,
                        "::mlir::FloatAttr":$beta2, "::mlir::FloatAttr":$eps,
                        "::mlir::FloatAttr":$weightDecay,
                        "::vib::Decayed":$decayOn);
}

def Vib_AdaBeliefAttr : Vib_NumbersAttr<"AdaBelief", "adabelief", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let group = "optimizers";
  let summary = "Adam with the variance of the gradient";
  let description = [{
    An update with the gradient g is
    `m += (1 - beta1) * (g - m); s += (1 - beta2) * ((g - m)^2 - s) + eps`, then
    `w -= lr * m' / (sqrt(s') + eps)`, with moments that are debiased as those of
    `#vib.adam` (Zhuang et al. 2020, arXiv:2010.07468, algorithm 2).

    | field | what it is | default | range |
    |---|---|---|---|
    | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
    | `beta1` | decay of the first moment m | 0.9 | [0, 1) |
    | `beta2` | decay of the variance s | 0.999 | [0, 1) |
    | `eps` | added to the variance in each update, and to its root | 1.0e-16 | (0, inf) |

    ```mlir
    #vib.adabelief<lr = 1.0e-3, beta1 = 0.5>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$beta1,
                        "::mlir::FloatAttr":$beta2, "::mlir::FloatAttr":$eps);
}

def Vib_RMSPropAttr : Vib_NumbersAttr<"RMSProp", "rmsprop", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let group = "optimizers";
  let summary = "RMSProp";
  let description = [{
    An update is `g += weight_decay * w; v += (1 - decay) * (g^2 - v)`, then
    `b = momentum * b + g / (sqrt(v) + eps); w -= lr * b`, as in PyTorch's
    `RMSprop`.

    | field | what it is | default | range |
    |---|---|---|---|
    | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
    | `decay` | decay of the mean square v | 0.99 | [0, 1) |
    | `eps` | added to the root of the mean square | 1.0e-8 | (0, inf) |
    | `momentum` | decay of the velocity b | 0.0 | [0, 1) |
    | `weight_decay` | factor of the weight added to the gradient | 0.0 | [0, inf) |
    | `decay_on` | what the decay acts on: `all` parameters, or `weights`, the matrices of layers and the kernels of convolutions, without biases and the parameters of normalizations, spreads and priors | `all` | `all`, `weights` |

    ```mlir
    #vib.rmsprop<lr = 1.0e-3, decay = 0.9>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$decay,
                        "::mlir::FloatAttr":$eps, "::mlir::FloatAttr":$momentum,
                        "::mlir::FloatAttr":$weightDecay,
                        "::vib::Decayed":$decayOn);
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

/// How the learning rate or a coefficient of the loss changes. The base value is
/// that of the optimizer or of the loss, or that of a flag of the program.
class Vib_ScheduleAttr<string name, string attrMnemonic>
    : Vib_NumbersAttr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<Vib_ScheduleAttrInterface>]> {
  let group = "schedules";
}

def Vib_ConstantAttr : Vib_ScheduleAttr<"Constant", "constant"> {
  let summary = "the base value throughout";
  let description = [{
    | field | what it is | default | range |
    |---|---|---|---|
    | `warmup` | epochs of a linear rise from 0 that come first | 0.0 | [0, inf) |

    ```mlir
    #vib.constant
    #vib.constant<warmup = 5>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$warmup);
}

def Vib_StaircaseAttr : Vib_ScheduleAttr<"Staircase", "staircase"> {
  let summary = "a decay by a factor after every few epochs";
  let description = [{
    The value is `base * rate^floor(epoch / epochs)`.

    | field | what it is | default | range |
    |---|---|---|---|
    | `rate` | the factor | required | (0, 1] |
    | `epochs` | epochs between two steps | required | (0, inf) |
    | `warmup` | epochs of a linear rise from 0 that come first | 0.0 | [0, inf) |

    ```mlir
    #vib.staircase<rate = 0.97, epochs = 2>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$rate, "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_ExponentialAttr : Vib_ScheduleAttr<"Exponential", "exponential"> {
  let summary = "a smooth exponential decay";
  let description = [{
    The value is `base * rate^(epoch / epochs)`, which changes with every update.

    | field | what it is | default | range |
    |---|---|---|---|
    | `rate` | the factor over `epochs` | required | (0, 1] |
    | `epochs` | epochs in which the value falls by `rate` | required | (0, inf) |
    | `warmup` | epochs of a linear rise from 0 that come first | 0.0 | [0, inf) |

    ```mlir
    #vib.exponential<rate = 0.97, epochs = 2>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$rate, "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_CosineAttr : Vib_ScheduleAttr<"Cosine", "cosine"> {
  let summary = "half a cosine from one value to another";
  let description = [{
    The value is `to + (from - to) * (1 + cos(pi * p)) / 2`, with the part p of
    the epochs that has passed, from 0 to 1 (Loshchilov and Hutter 2017,
    arXiv:1608.03983; with `cycles`, its restarts). After that it stays at `to`.

    One of the two ends is the base value, which a flag of the program replaces.
    If neither is written, the cosine falls from the base value to `final` times
    it. If both are written, one has to be equal to the base value.

    | field | what it is | default | range |
    |---|---|---|---|
    | `epochs` | epochs of the change | required | (0, inf) |
    | `from` | the value at the start | the base value | [0, inf) |
    | `to` | the value at the end | the base value | [0, inf) |
    | `final` | the fraction of the base value to fall to, without `from` and `to` | 0.0 | [0, 1] |
    | `delay` | epochs at the start value that come first | 0.0 | [0, inf) |
    | `cycles` | how often the change takes place, each time from the start | 1 | 1 to 4294967296 |
    | `cap` | the largest value; a larger one becomes this | none | [0, inf) |
    | `warmup` | epochs of a linear rise from 0 to the start value, before all else | 0.0 | [0, inf) |

    ```mlir
    #vib.cosine<epochs = 200, final = 0.01, warmup = 5>
    #vib.cosine<epochs = 10, from = 0.0, cycles = 4>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$final,
                        "::mlir::FloatAttr":$from, "::mlir::FloatAttr":$to,
                        "::mlir::FloatAttr":$delay,
                        "::mlir::FloatAttr":$cycles, "::mlir::FloatAttr":$cap,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_LinearScheduleAttr : Vib_ScheduleAttr<"LinearSchedule", "linear"> {
  let summary = "a linear change from one value to another";
  let description = [{
    The value is `from + (to - from) * p`, with the part p of the epochs that has
    passed, from 0 to 1. After that it stays at `to`. With 0 epochs it changes at
    once.

    One of the two ends is the base value, which a flag of the program replaces.
    If both are written, one has to be equal to the base value.

    | field | what it is | default | range |
    |---|---|---|---|
    | `epochs` | epochs of the change | required | [0, inf) |
    | `from` | the value at the start | the base value | [0, inf) |
    | `to` | the value at the end | the base value | [0, inf) |
    | `delay` | epochs at the start value that come first | 0.0 | [0, inf) |
    | `cycles` | how often the change takes place, each time from the start | 1 | 1 to 4294967296 |
    | `cap` | the largest value; a larger one becomes this | none | [0, inf) |
    | `warmup` | epochs of a linear rise from 0 to the start value, before all else | 0.0 | [0, inf) |

    ```mlir
    #vib.linear<from = 0.0, epochs = 10, delay = 2>
    #vib.linear<from = 0.0, epochs = 5, cycles = 4, cap = 1.0e-3>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from, "::mlir::FloatAttr":$to,
                        "::mlir::FloatAttr":$delay,
                        "::mlir::FloatAttr":$cycles, "::mlir::FloatAttr":$cap,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_GeometricScheduleAttr
    : Vib_ScheduleAttr<"GeometricSchedule", "geometric"> {
  let summary = "a change from one value to another by a constant factor";
  let description = [{
    The value is `from^(1 - p) * to^p`, with the part p of the epochs that has
    passed, from 0 to 1. After that it stays at `to`. With 0 epochs it changes at
    once. If a flag sets one of the ends to 0, the value is always 0.

    One of the two ends is the base value, which a flag of the program replaces.
    If both are written, one has to be equal to the base value.

    | field | what it is | default | range |
    |---|---|---|---|
    | `epochs` | epochs of the change | required | [0, inf) |
    | `from` | the value at the start | the base value | (0, inf) |
    | `to` | the value at the end | the base value | (0, inf) |
    | `delay` | epochs at the start value that come first | 0.0 | [0, inf) |
    | `cycles` | how often the change takes place, each time from the start | 1 | 1 to 4294967296 |
    | `cap` | the largest value; a larger one becomes this | none | [0, inf) |
    | `warmup` | epochs of a linear rise from 0 to the start value, before all else | 0.0 | [0, inf) |

    ```mlir
    #vib.geometric<from = 1.0e-6, epochs = 5, delay = 1>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from, "::mlir::FloatAttr":$to,
                        "::mlir::FloatAttr":$delay,
                        "::mlir::FloatAttr":$cycles, "::mlir::FloatAttr":$cap,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_LinearWarmupAttr : Vib_ScheduleAttr<"LinearWarmup", "linear_warmup"> {
  let summary = "a linear rise to the base value";
  let description = [{
    The value is `base * (from + (1 - from) * min(1, epoch / epochs))`. With 0
    epochs there is no warm-up.

    | field | what it is | default | range |
    |---|---|---|---|
    | `epochs` | epochs of the rise | required | [0, inf) |
    | `from` | the fraction of the base value to start from | 0.0 | [0, 1] |

    ```mlir
    #vib.linear_warmup<epochs = 10>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from);
}

def Vib_ExponentialWarmupAttr
    : Vib_ScheduleAttr<"ExponentialWarmup", "exponential_warmup"> {
  let summary = "a geometric rise to the base value";
  let description = [{
    The value is `base * from^(1 - min(1, epoch / epochs))`. With 0 epochs there
    is no warm-up.

    | field | what it is | default | range |
    |---|---|---|---|
    | `epochs` | epochs of the rise | required | [0, inf) |
    | `from` | the fraction of the base value to start from | 1.0e-3 | (0, 1] |

    ```mlir
    #vib.exponential_warmup<epochs = 10, from = 1.0e-4>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from);
}

def Vib_DualAttr : Vib_Attr<"Dual", "dual", [
    DeclareAttrInterfaceMethods<Vib_ScheduleAttrInterface>]> {
  let group = "schedules";
  let summary = "dual ascent of a coefficient towards a target rate";
  let description = [{
    After each update the coefficient b becomes `max(0, b + step * (R - target))`,
    where R is the mean of a rate over the batch of this update, in nats. So b
    grows while the rate is above the target, and falls below it. The base
    value, which a flag of the program replaces, is where b starts. Checkpoints
    have b, and the lines of metrics have its last value. It is a schedule of a
    coefficient of the loss only, not of the learning rate.

    | field | what it is | default | range |
    |---|---|---|---|
    | `rate` | the rate, by its name in the metrics without `_bits`: `@rate`, or `@rate_z2` of a further sample; `@residual` and `@residual_z2` under a prior of the label; `@izx_nib` and `@izx_nib_z2` of a `vib.pairwise` | required | |
    | `target` | the rate to reach, in nats | required | [0, inf) |
    | `step` | the factor of the difference | required | (0, inf) |

    ```mlir
    #vib.dual<rate = @rate, target = 2.0, step = 1.0e-3>
    ```
  }];
  let parameters = (ins "::mlir::StringAttr":$rate, "::mlir::FloatAttr":$target,
                        "::mlir::FloatAttr":$step);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Clipping
//===----------------------------------------------------------------------===//

/// An attribute written `#vib.name<limit>`.
class Vib_ClipAttr<string name, string attrMnemonic>
    : Vib_Attr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<Vib_ClipAttrInterface>]> {
  let group = "clips";
  let parameters = (ins "::mlir::FloatAttr":$limit);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_GlobalNormAttr : Vib_ClipAttr<"GlobalNorm", "global_norm"> {
  let summary = "scales the gradients so that their norm has a limit";
  let description = [{
    Each gradient is multiplied by `min(1, limit / (norm + 1e-6))`, where `norm`
    is the Euclidean norm of the gradients of all parameters together (Pascanu
    et al. 2013, arXiv:1211.5063). PyTorch's `clip_grad_norm_` computes the same.
    A step needs all gradients before its first update, so it keeps them in
    memory, and takes longer than without a limit. The limit is above 0.

    ```mlir
    #vib.global_norm<1.0>
    ```
  }];
}

def Vib_ClipValueAttr : Vib_ClipAttr<"ClipValue", "value"> {
  let summary = "limits each element of a gradient";
  let description = [{
    Each element g of a gradient becomes `max(-limit, min(limit, g))`, as with
    PyTorch's `clip_grad_value_`. The limit is above 0.

    ```mlir
    #vib.value<0.5>
    ```
  }];
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

class Vib_InitializerAttr<string name, string attrMnemonic>
    : Vib_Attr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<Vib_InitializerAttrInterface>]> {
  let group = "initializers";
  let assemblyFormat = "";
}

def Vib_GlorotUniformAttr
    : Vib_InitializerAttr<"GlorotUniform", "glorot_uniform"> {
  let summary = "uniform in (-a, a) with a = sqrt(6 / (in + out))";
  let description = [{
    `in` and `out` are the numbers of features that the linear layer reads and
    computes (Glorot and Bengio 2010).

    ```mlir
    #vib.glorot_uniform
    ```
  }];
}

def Vib_GlorotNormalAttr
    : Vib_InitializerAttr<"GlorotNormal", "glorot_normal"> {
  let summary = "normal with the standard deviation sqrt(2 / (in + out))";
  let description = [{
    `in` and `out` are the numbers of features that the linear layer reads and
    computes (Glorot and Bengio 2010).

    ```mlir
    #vib.glorot_normal
    ```
  }];
}

def Vib_HeUniformAttr : Vib_InitializerAttr<"HeUniform", "he_uniform"> {
  let summary = "uniform in (-a, a) with a = sqrt(6 / in)";
  let description = [{
    `in` is the number of features that the linear layer reads (He et al. 2015,
    arXiv:1502.01852).

    ```mlir
    #vib.he_uniform
    ```
  }];
}

def Vib_HeNormalAttr : Vib_InitializerAttr<"HeNormal", "he_normal"> {
  let summary = "normal with the standard deviation sqrt(2 / in)";
  let description = [{
    `in` is the number of features that the linear layer reads (He et al. 2015,
    arXiv:1502.01852).

    ```mlir
    #vib.he_normal
    ```
  }];
}

#endif // VIB_DIALECT_VIBTRAINING_TD
