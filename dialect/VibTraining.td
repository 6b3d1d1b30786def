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

def Vib_SGDAttr : Vib_NumbersAttr<"SGD", "sgd", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let summary = "stochastic gradient descent with momentum";
  let description = [{
    `g += weight_decay w; b = momentum b + g; w -= lr b`, as PyTorch's. The
    momentum and the weight decay are 0 by default.

    ```mlir
    #vib.sgd<lr = 1.0e-2, momentum = 0.9>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$momentum,
                        "::mlir::FloatAttr":$weightDecay);
}

def Vib_AdamAttr : Vib_NumbersAttr<"Adam", "adam", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let summary = "Adam";
  let description = [{
    `w -= lr m / (sqrt(v) + eps)` with both moments zero-debiased, as PyTorch's
    and optax's. By default `beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8`.

    ```mlir
    #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$beta1,
                        "::mlir::FloatAttr":$beta2, "::mlir::FloatAttr":$eps);
}

def Vib_AdamWAttr : Vib_NumbersAttr<"AdamW", "adamw", [
    DeclareAttrInterfaceMethods<Vib_OptimizerAttrInterface>]> {
  let summary = "Adam with decoupled weight decay";
  let description = [{
    `w -= lr weight_decay w`, then Adam's update. The weight decay is 0.01 by
    default, the rest is as in `#vib.adam`.

    ```mlir
    #vib.adamw<lr = 1.0e-3, weight_decay = 1.0e-2>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$lr, "::mlir::FloatAttr":$beta1,
                        "::mlir::FloatAttr":$beta2, "::mlir::FloatAttr":$eps,
                        "::mlir::FloatAttr":$weightDecay);
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

class Vib_ScheduleAttr<string name, string attrMnemonic>
    : Vib_NumbersAttr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<Vib_ScheduleAttrInterface>]>;

def Vib_ConstantAttr : Vib_ScheduleAttr<"Constant", "constant"> {
  let summary = "the base value throughout";
  let description = [{
    With `warmup` the value rises linearly from 0 over that many epochs first.

    ```mlir
    #vib.constant
    #vib.constant<warmup = 5>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$warmup);
}

def Vib_StaircaseAttr : Vib_ScheduleAttr<"Staircase", "staircase"> {
  let summary = "the base value times `rate` after every `epochs` epochs";
  let description = [{
    `base * rate^floor(epoch / epochs)`; an optional `warmup` rises linearly
    from 0 over that many epochs first.

    ```mlir
    #vib.staircase<rate = 0.97, epochs = 2>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$rate, "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_ExponentialAttr : Vib_ScheduleAttr<"Exponential", "exponential"> {
  let summary = "a decay by `rate` every `epochs` epochs, continuous in steps";
  let description = [{
    `base * rate^(epoch / epochs)` where the epoch is a fraction; an optional
    `warmup` rises linearly from 0 over that many epochs first.

    ```mlir
    #vib.exponential<rate = 0.97, epochs = 2>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$rate, "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_CosineAttr : Vib_ScheduleAttr<"Cosine", "cosine"> {
  let summary = "half a cosine from the base value to its `final` part";
  let description = [{
    From `base` to `base * final` over `epochs`, and that value afterwards.
    `final` is 0 by default; an optional `warmup` rises linearly from 0 over
    that many epochs first.

    ```mlir
    #vib.cosine<epochs = 200, final = 0.01, warmup = 5>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$final,
                        "::mlir::FloatAttr":$warmup);
}

def Vib_LinearWarmupAttr : Vib_ScheduleAttr<"LinearWarmup", "linear_warmup"> {
  let summary = "a straight rise of beta to its final value";
  let description = [{
    From `base * from` to `base` over `epochs`, and `base` afterwards. `from`
    is 0 by default; 0 epochs mean no warm-up.

    ```mlir
    #vib.linear_warmup<epochs = 10>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from);
}

def Vib_ExponentialWarmupAttr
    : Vib_ScheduleAttr<"ExponentialWarmup", "exponential_warmup"> {
  let summary = "a geometric rise of beta to its final value";
  let description = [{
    `base * from^(1 - epoch / epochs)` over `epochs`, and `base` afterwards.
    `from` is 1.0e-3 by default; 0 epochs mean no warm-up.

    ```mlir
    #vib.exponential_warmup<epochs = 10, from = 1.0e-4>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$epochs,
                        "::mlir::FloatAttr":$from);
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

class Vib_InitializerAttr<string name, string attrMnemonic>
    : Vib_Attr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<Vib_InitializerAttrInterface>]> {
  let assemblyFormat = "";
}

def Vib_GlorotUniformAttr
    : Vib_InitializerAttr<"GlorotUniform", "glorot_uniform"> {
  let summary = "uniform within sqrt(6 / (in + out))";
}

def Vib_GlorotNormalAttr
    : Vib_InitializerAttr<"GlorotNormal", "glorot_normal"> {
  let summary = "normal with the deviation sqrt(2 / (in + out))";
}

def Vib_HeUniformAttr : Vib_InitializerAttr<"HeUniform", "he_uniform"> {
  let summary = "uniform within sqrt(6 / in)";
}

def Vib_HeNormalAttr : Vib_InitializerAttr<"HeNormal", "he_normal"> {
  let summary = "normal with the deviation sqrt(2 / in)";
}

#endif // VIB_DIALECT_VIBTRAINING_TD
