// Broken if vib-verify-step accepts one of these.
// RUN: vib-opt %s -vib-verify-step -split-input-file -verify-diagnostics -o /dev/null

// expected-error @+1 {{expected a module of the phase step but got no vib.phase}}
module {
}

// -----

// expected-error @+1 {{expected a module of the phase step but got the phase "fused"}}
module attributes {vib.phase = "fused"} {
}

// -----

// expected-error @+1 {{expected a description of the model, vib.model}}
module attributes {vib.phase = "step"} {
}

// -----

// expected-error @+1 {{expected the list of parameters, vib.parameters}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}}} {
}

// -----

// expected-error @+1 {{expected entry 1 of vib.parameters to have a name and a shape}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}, {name = "b"}]} {
}

// -----

// expected-error @+1 {{expected the parameter "w" to have 'shape', array<i64: …> of positive integers, but got array<i64: 4, 0>}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 0>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// expected-error @+1 {{two entries of vib.parameters have the name "w"}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0}, {name = "w", shape = array<i64: 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// expected-error @+1 {{expected a function @evaluate}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @train_step() { return }
  func.func @encode() { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
  // expected-error @+1 {{'func.func' op is not a function of the step}}
  func.func @forward() { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{'func.func' op expected argument 1 to have a slot (vib.slot)}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %w: tensor<4x2xf32>) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{has the slot #vib.slot<input, "x"> twice}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %y: tensor<8xi32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0, a scalar, to be a number but got 'tensor<f32>'}}
  func.func @train_step(%rate: tensor<f32> {vib.slot = #vib.slot<scalar, "rate">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to be a tensor with a static shape but got 'tensor<?x4xf32>'}}
  func.func @train_step(%x: tensor<?x4xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected the slot of argument 0 to name a parameter, but vib.parameters has no "v"}}
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "v">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to have the shape of the parameter "w", [4, 2], but got 'tensor<2x4xf32>'}}
  func.func @train_step(%w: tensor<2x4xf32> {vib.slot = #vib.slot<weight, "w">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{takes the state #vib.slot<moment1, "w"> but does not return it}}
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">},
                        %m: tensor<4x2xf32> {vib.slot = #vib.slot<moment1, "w">})
      -> (tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">}) {
    return %w : tensor<4x2xf32>
  }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">}) {
    // expected-error @+1 {{expected only linalg.contract, linalg.generic, linalg.fill, slices and empty tensors here}}
    %0 = tensor.collapse_shape %x [[0, 1]] : tensor<8x4xf32> into tensor<32xf32>
    return
  }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step(%x: tensor<8xf32> {vib.slot = #vib.slot<input, "nll">}) {
    %e = tensor.empty() : tensor<8xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(b) -> (b)>], iterator_types = ["parallel"]}
        outs(%e : tensor<8xf32>) {
    ^bb0(%o: f32):
      %i = linalg.index 0 : index
      // expected-error @+1 {{expected only arithmetic that every target has, linalg.index and vib.noise in the body of a loop}}
      %v = tensor.extract %x[%i] : tensor<8xf32>
      linalg.yield %v : f32
    } -> tensor<8xf32>
    return
  }
}

// -----

// A rate that vib.train does not accept.
// expected-error @+1 {{expected vib.model to have 'rate', an f64 above 0.0, but got -1.000000e+00 : f64}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = -1.0,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// The optimizer has one moment.
// expected-error @+1 {{expected vib.model to have 'moments', an i64 of 1 to 1, but got 2 : i64}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 2 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// A field of another version.
// expected-error @+1 {{found 'colour' in vib.model, which has no such field}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", colour = "red", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// A field is missing.
// expected-error @+1 {{expected vib.model to have 'latents', an i64 of 1 or more}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

// A schedule that does not end.
// expected-error @+1 {{expected the rate_schedule of vib.model to have 'epochs', an f64 of at least 0.0, but got}}
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = -2.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected result 0, "z", to be a 'tensor<8x2xf32>' by vib.model but got 'tensor<8x3xf32>'}}
  func.func @draw(%z: tensor<8x2xf32> {vib.slot = #vib.slot<input, "mu">})
      -> (tensor<8x3xf32> {vib.slot = #vib.slot<output, "z">}) {
    %e = tensor.empty() : tensor<8x3xf32>
    return %e : tensor<8x3xf32>
  }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>, transposed = false, init = "constant", init_scale = 0.0}]} {
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">}) {
    return %w : tensor<4x2xf32>
  }
  func.func @encode() { return }
  // expected-error @+1 {{'func.func' op expected argument 0, the scalar "beta", to be an 'f32' but got 'f64'}}
  func.func @evaluate(%b: f64 {vib.slot = #vib.slot<scalar, "beta">}) { return }
}

// -----

// Of the results that are missing, the first one of the model.
module attributes {vib.phase = "step", vib.model = {name = "m", hash = "0", type = "f32", operands = "f32", likelihood = "normal",
      batch = 8 : i64, samples = 1 : i64, latents = 2 : i64, outputs = 4 : i64, input_shape = array<i64: 4>,
      epochs = 1 : i64, seed = 0 : i64, optimizer = "sgd", moments = 1 : i64, averaged = false, rate = 0.1,
      beta1 = 0.0, beta2 = 0.0, epsilon = 0.0, momentum = 0.9, weight_decay = 0.0, average_decay = 0.0,
      rate_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0},
      beta_schedule = {kind = "constant", factor = 1.0, epochs = 0.0, warmup_epochs = 0.0}},
    vib.parameters = [{name = "r", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0},
      {name = "b", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0},
      {name = "z", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0},
      {name = "a", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0},
      {name = "m", shape = array<i64: 4>, transposed = false, init = "constant", init_scale = 0.0}]} {
  // expected-error @+1 {{'func.func' op expected to return #vib.slot<weight, "r">}}
  func.func @train_step() { return }
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
}
