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

// expected-error @+1 {{expected a description of the training, vib.training}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>} {
}

// -----

// expected-error @+1 {{expected the list of parameters, vib.parameters}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>} {
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>,
    // expected-error @+2 {{expected 'init' in #vib.parameter}}
    // expected-note @+1 {{#vib.parameter is written}}
      #vib.parameter<"b" : tensor<2xf32>>]} {
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    // expected-error @+1 {{expected "w" to have dimensions of at least 1, and at most 281474976710656 bytes, but got 'tensor<4x0xf32>'}}
    vib.parameters = [#vib.parameter<"w" : tensor<4x0xf32>, init = constant(0.0)>]} {
}

// -----

// expected-error @+1 {{expected the parameter "w" to have elements of the type of vib.model, 'f32', but got 'tensor<4x2xf64>'}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf64>, init = constant(0.0)>]} {
}

// -----

// expected-error @+1 {{two entries of vib.parameters have the name "w"}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4xf32>, init = constant(0.0)>,
      #vib.parameter<"w" : tensor<2xf32>, init = constant(0.0)>]} {
}

// -----

// expected-error @+1 {{expected a function @evaluate}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @train_step() { return }
  func.func @encode() { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
  // expected-error @+1 {{'func.func' op is not a function of the step}}
  func.func @forward() { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{'func.func' op expected argument 1 to have a slot (vib.slot)}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %w: tensor<4x2xf32>) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{has the slot #vib.slot<input, "x"> twice}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %y: tensor<8xi32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0, a scalar, to be a number but got 'tensor<f32>'}}
  func.func @train_step(%rate: tensor<f32> {vib.slot = #vib.slot<scalar, "rate">}) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to be a tensor with a static shape but got 'tensor<?x4xf32>'}}
  func.func @train_step(%x: tensor<?x4xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected the slot of argument 0 to name a parameter, but vib.parameters has no "v"}}
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "v">}) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to have the type of the parameter "w", 'tensor<4x2xf32>', but got 'tensor<2x4xf32>'}}
  func.func @train_step(%w: tensor<2x4xf32> {vib.slot = #vib.slot<weight, "w">}) { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
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

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
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

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
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
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    // expected-error @+1 {{expected 'lr' above 0 but got -1.0}}
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = -1.0, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
}

// -----

// The optimizer has no moment.
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{found the slot #vib.slot<moment1, "w">, but the optimizer and the average of vib.training do not have it}}
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">},
                        %m: tensor<4x2xf32> {vib.slot = #vib.slot<moment1, "w">}) { return }
}

// -----

// A field of another version.
module attributes {vib.phase = "step",
    // expected-error @+1 {{#vib.model: expected one of 'hash', 'type', 'operands', 'batch', 'input', 'inputs', 'posterior', 'posteriors', 'bypassed', 'tokens', 'samples', 'likelihood', 'likelihoods', 'terms', 'coefficients', 'functions', 'temperatures', 'arguments' but got 'colour'}}
    vib.model = #vib.model<"m", hash = "0", type = f32, colour = "red", batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
}

// -----

// A field is missing.
module attributes {vib.phase = "step",
    // expected-error @+2 {{expected 'posterior' in #vib.model}}
    // expected-note @+1 {{#vib.model is written}}
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
}

// -----

// A schedule that does not end.
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    // expected-error @+1 {{expected 'warmup' of at least 0 but got -2.0}}
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>, schedule = #vib.constant<warmup = -2.0>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
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

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">}) {
    return %w : tensor<4x2xf32>
  }
  func.func @encode() { return }
  // expected-error @+1 {{'func.func' op expected argument 0, the scalar "rate", to be an 'f32' but got 'f64'}}
  func.func @evaluate(%b: f64 {vib.slot = #vib.slot<scalar, "rate">}) { return }
}

// -----

// Of the results that are missing, the first one of the model.
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>>,
    vib.parameters = [#vib.parameter<"r" : tensor<4xf32>, init = constant(0.0)>,
      #vib.parameter<"b" : tensor<4xf32>, init = constant(0.0)>,
      #vib.parameter<"z" : tensor<4xf32>, init = constant(0.0)>,
      #vib.parameter<"a" : tensor<4xf32>, init = constant(0.0)>,
      #vib.parameter<"m" : tensor<4xf32>, init = constant(0.0)>]} {
  // expected-error @+1 {{'func.func' op expected to return #vib.slot<weight, "r">}}
  func.func @train_step() { return }
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
}

// -----

module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>]} {
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">})
      -> (tensor<4x2xf32> {vib.slot = #vib.slot<weight, "w">}) {
    %zero = arith.constant 0.0 : f32
    // expected-error @+1 {{'linalg.fill' op expected vib.dims to have a name of its own for each loop}}
    %f = linalg.fill {vib.dims = ["rows", "rows"]} ins(%zero : f32) outs(%w : tensor<4x2xf32>) -> tensor<4x2xf32>
    return %f : tensor<4x2xf32>
  }
}

// -----

// The program would read the statistics of an input that does not exist.
// expected-error @+1 {{expected "s.mean" to be a statistic of an input from 0 to 0 but got 7.0}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>,
                      #vib.parameter<"s.mean" : tensor<4xf32>, init = mean(7.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
}

// -----

// The same of examples.
// expected-error @+1 {{expected "r.inputs" to be examples of an input from 0 to 0 but got 0.5}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>,
                      #vib.parameter<"r.inputs" : tensor<3x4xf32>, init = examples(0.5)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
}

// -----

// expected-error @+1 {{expected "r.inputs", examples of the input 'x', to have rows of 4 numbers, and the input not to consist of tokens, but got #vib.parameter<"r.inputs" : tensor<3x5xf32>, init = examples(0.0)>}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>,
                      #vib.parameter<"r.inputs" : tensor<3x5xf32>, init = examples(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
}

// -----

// It would write them over what follows.
// expected-error @+1 {{expected "s.mean", a statistic of the input 'x', to have 4 numbers, without panels, but got #vib.parameter<"s.mean" : tensor<3xf32>, init = mean(0.0)>}}
module attributes {vib.phase = "step",
    vib.model = #vib.model<"m", hash = "0", type = f32,
      batch = 8, input = [4], posterior = !vib.normal<2>, likelihood = !vib.normal<4>>,
    vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>>,
    vib.parameters = [#vib.parameter<"w" : tensor<4x2xf32>, init = constant(0.0)>,
                      #vib.parameter<"s.mean" : tensor<3xf32>, init = mean(0.0)>]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
}
