// Broken if vib-verify-fused accepts one of these, or does not say where the cause is.
// RUN: vib-opt %s --vib-verify-fused --split-input-file --verify-diagnostics

// A weight is read after its update.
func.func @train_step(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> (tensor<8xf32>, tensor<8xf32>) {
  // expected-note @+1 {{'encode.0.grad' updates encode.0.weight in place here}}
  %w1 = vib.kernel "encode.0.grad" outs(%w : tensor<8xf32>) {
    vib.yield %w : tensor<8xf32>
  } -> tensor<8xf32>
  %e = tensor.empty() : tensor<8xf32>
  // expected-error @+1 {{reads encode.0.weight after its update; expected it to run earlier or to read the updated value}}
  %y = vib.kernel "encode.0.in" ins(%w : tensor<8xf32>) outs(%e as %o : tensor<8xf32>) {
    vib.yield %w : tensor<8xf32>
  } -> tensor<8xf32>
  return %w1, %y : tensor<8xf32>, tensor<8xf32>
}

// -----

// The old value is returned.
func.func @train_step(
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> (tensor<8xf32>, tensor<8xf32>) {
  // expected-note @+1 {{'encode.0.grad' updates encode.0.weight in place here}}
  %w1 = vib.kernel "encode.0.grad" outs(%w : tensor<8xf32>) {
    vib.yield %w : tensor<8xf32>
  } -> tensor<8xf32>
  // expected-error @+1 {{reads encode.0.weight after its update}}
  return %w1, %w : tensor<8xf32>, tensor<8xf32>
}

// -----

// A kernel reads all of the state that it updates.
func.func @train_step(
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> tensor<8xf32> {
  // expected-error @+1 {{reads and updates encode.0.weight; expected its outs to be read through their arguments only}}
  %w1 = vib.kernel "encode.0.grad" ins(%w as %a : tensor<8xf32>) outs(%w as %b : tensor<8xf32>) {
    vib.yield %a : tensor<8xf32>
  } -> tensor<8xf32>
  return %w1 : tensor<8xf32>
}

// -----

// The updated value may be read: no error.
func.func @train_step(
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> (tensor<8xf32>, tensor<8xf32>) {
  %w1 = vib.kernel "encode.0.grad" outs(%w : tensor<8xf32>) {
    vib.yield %w : tensor<8xf32>
  } -> tensor<8xf32>
  %e = tensor.empty() : tensor<8xf32>
  %y = vib.kernel "after" ins(%w1 : tensor<8xf32>) outs(%e as %o : tensor<8xf32>) {
    vib.yield %w1 : tensor<8xf32>
  } -> tensor<8xf32>
  return %w1, %y : tensor<8xf32>, tensor<8xf32>
}

// -----

func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  // expected-error @+1 {{expected only kernels and the tensor.empty ops of their outs in the phase fused}}
  %y = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{expected each of its outs to be state or a tensor.empty}}
  %y = vib.kernel "decode" outs(%x : tensor<4xf32>) {
    vib.yield %x : tensor<4xf32>
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

#km = affine_map<(m, n, k) -> (k, m)>
#kn = affine_map<(m, n, k) -> (k, n)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(m, n) -> (m, n)>

// A gradient is written to memory before the update reads it.
func.func @train_step(
    %x: tensor<4x8xf32> {vib.slot = #vib.slot<input, "x">},
    %w: tensor<8x8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> tensor<8x8xf32> {
  %e = tensor.empty() : tensor<8x8xf32>
  // expected-note @+1 {{the gradient is computed here}}
  %g = vib.kernel "encode.0.grad" ins(%x : tensor<4x8xf32>) outs(%e as %o : tensor<8x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %f = linalg.fill ins(%zero : f32) outs(%o : tensor<8x8xf32>) -> tensor<8x8xf32>
    %0 = linalg.contract indexing_maps = [#km, #kn, #mn]
      ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
    vib.yield %0 : tensor<8x8xf32>
  } -> tensor<8x8xf32>
  // expected-error @+1 {{updates encode.0.weight from a gradient in memory; expected the kernel that computes the gradient to update it}}
  %w1 = vib.kernel "encode.0.update" ins(%g : tensor<8x8xf32>) outs(%w : tensor<8x8xf32>) {
    %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%g : tensor<8x8xf32>) outs(%w : tensor<8x8xf32>) {
    ^bb0(%a: f32, %b: f32):
      %c = arith.subf %b, %a : f32
      linalg.yield %c : f32
    } -> tensor<8x8xf32>
    vib.yield %0 : tensor<8x8xf32>
  } -> tensor<8x8xf32>
  return %w1 : tensor<8x8xf32>
}

// -----

// Two kernels would become functions of one name.
func.func @predict(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  // expected-note @+1 {{the other kernel is here}}
  %y = vib.kernel "decode" ins(%x : tensor<4xf32>) outs(%e as %o : tensor<4xf32>) {
    vib.yield %x : tensor<4xf32>
  } -> tensor<4xf32>
  // expected-error @+1 {{has the name of another kernel of @predict}}
  %z = vib.kernel "decode" ins(%y : tensor<4xf32>) outs(%e as %o : tensor<4xf32>) {
    vib.yield %y : tensor<4xf32>
  } -> tensor<4xf32>
  return %y, %z : tensor<4xf32>, tensor<4xf32>
}

// -----

#id1 = affine_map<(m) -> (m)>

// A unit could read what another unit has updated.
func.func @train_step(
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> (tensor<8xf32>, tensor<8xf32>) {
  %e = tensor.empty() : tensor<8xf32>
  %w1, %y = vib.kernel "encode.0.grad" outs(%w, %e as %o : tensor<8xf32>, tensor<8xf32>) {
    %0 = linalg.generic {indexing_maps = [#id1], iterator_types = ["parallel"]}
      outs(%w : tensor<8xf32>) {
    ^bb0(%b: f32):
      %c = arith.addf %b, %b : f32
      linalg.yield %c : f32
    } -> tensor<8xf32>
    // expected-error @+1 {{reads state that another op of its kernel updates; expected the update to read it}}
    %1 = linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]}
      ins(%w : tensor<8xf32>) outs(%o : tensor<8xf32>) {
    ^bb0(%a: f32, %b: f32):
      linalg.yield %a : f32
    } -> tensor<8xf32>
    vib.yield %0, %1 : tensor<8xf32>, tensor<8xf32>
  } -> (tensor<8xf32>, tensor<8xf32>)
  return %w1, %y : tensor<8xf32>, tensor<8xf32>
}

// -----

// One tensor is updated twice at the same time.
func.func @train_step(
    %w: tensor<8xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">})
  -> (tensor<8xf32>, tensor<8xf32>) {
  // expected-error @+1 {{has encode.0.weight twice in its outs}}
  %w1:2 = vib.kernel "encode.0.grad" outs(%w as %a, %w as %b : tensor<8xf32>, tensor<8xf32>) {
    vib.yield %a, %b : tensor<8xf32>, tensor<8xf32>
  } -> (tensor<8xf32>, tensor<8xf32>)
  return %w1#0, %w1#1 : tensor<8xf32>, tensor<8xf32>
}

// -----

// The kernel yields what it has not computed.
func.func @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  // expected-note @+1 {{the tensor is defined here}}
  %y = vib.kernel "decode" ins(%x : tensor<4xf32>) outs(%e as %o : tensor<4xf32>) {
    // expected-error @+1 {{reads elements that no op has written}}
    vib.yield %o : tensor<4xf32>
  } -> tensor<4xf32>
  return %y : tensor<4xf32>
}
