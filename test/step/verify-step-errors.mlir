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
module attributes {vib.phase = "step", vib.model = {name = "m"}} {
}

// -----

// expected-error @+1 {{expected entry 1 of vib.parameters to have a name and a shape}}
module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}, {name = "b"}]} {
}

// -----

// expected-error @+1 {{expected the shape of the parameter "w" to consist of positive integers but got array<i64: 4, 0>}}
module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 0>}]} {
}

// -----

// expected-error @+1 {{two entries of vib.parameters have the name "w"}}
module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4>}, {name = "w", shape = array<i64: 2>}]} {
}

// -----

// expected-error @+1 {{expected a function @evaluate}}
module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @train_step() { return }
  func.func @encode() { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step() { return }
  // expected-error @+1 {{'func.func' op is not a function of the phase step}}
  func.func @forward() { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{'func.func' op expected argument 1 to have a slot (vib.slot)}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %w: tensor<4x2xf32>) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{has the slot #vib.slot<input, "x"> twice}}
  func.func @train_step(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                        %y: tensor<8xi32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0, a scalar, to be a number but got 'tensor<f32>'}}
  func.func @train_step(%rate: tensor<f32> {vib.slot = #vib.slot<scalar, "rate">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to be a tensor with a static shape but got 'tensor<?x4xf32>'}}
  func.func @train_step(%x: tensor<?x4xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected the slot of argument 0 to name a parameter, but vib.parameters has no "v"}}
  func.func @train_step(%w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "v">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  // expected-error @+1 {{expected argument 0 to have the shape of the parameter "w", [4, 2], but got 'tensor<2x4xf32>'}}
  func.func @train_step(%w: tensor<2x4xf32> {vib.slot = #vib.slot<weight, "w">}) { return }
}

// -----

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
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

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
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

module attributes {vib.phase = "step", vib.model = {name = "m"},
    vib.parameters = [{name = "w", shape = array<i64: 4, 2>}]} {
  func.func @encode() { return }
  func.func @evaluate() { return }
  func.func @draw() { return }
  func.func @decode() { return }
  func.func @train_step(%x: tensor<8xf32> {vib.slot = #vib.slot<input, "x">}) {
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
