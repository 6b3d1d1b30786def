// RUN: vib-opt %s -vib-plan-arena -split-input-file -verify-diagnostics

// Broken if a plan is made for a module that has no valid one.

module attributes {vib.model = {type = "f32"}, vib.parameters = []} {
  func.func @f(%x: tensor<4xf32> {vib.slot = #vib.slot<input, "x">}) { return }
  // expected-error @below {{expected "x" to have one type everywhere but got 'tensor<5xf32>' and 'tensor<4xf32>'}}
  func.func @g(%x: tensor<5xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.model = {type = "f32"}, vib.parameters = []} {
  // expected-error @below {{expected "x" to be a tensor with a static shape but got 'tensor<?xf32>'}}
  func.func @f(%x: tensor<?xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.model = {type = "f32"}, vib.parameters = []} {
  // expected-error @below {{expected every argument and result to have a vib.slot}}
  func.func @f(%x: tensor<4xf32>) { return }
}

// -----

// expected-error @below {{expected a module of the phase step or fused, but vib.parameters or the type in vib.model is missing}}
module {
}
