// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -split-input-file -verify-diagnostics

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

// -----

// Sizes in a file that was edited: of one tensor, of a parameter, of all parameters.
module attributes {vib.model = {type = "f32"}, vib.parameters = []} {
  // expected-error @below {{expected tensors of at most 1099511627776 elements but got 'tensor<4294967296x4294967296xf32>'}}
  func.func @f(%x: tensor<4294967296x4294967296xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

// expected-error @below {{expected parameters of at most 1099511627776 elements but got}}
module attributes {vib.model = {type = "f32"}, vib.parameters = [{name = "w", shape = array<i64: 1152921504606846976>}]} {
}

// -----

// expected-error @below {{expected the parameters to take at most 281474976710656 bytes together}}
module attributes {vib.model = {type = "f64"}, vib.parameters = [
    {name = "a", shape = array<i64: 1099511627776>}, {name = "b", shape = array<i64: 1099511627776>},
    {name = "c", shape = array<i64: 1099511627776>}, {name = "d", shape = array<i64: 1099511627776>},
    {name = "e", shape = array<i64: 1099511627776>}, {name = "f", shape = array<i64: 1099511627776>},
    {name = "g", shape = array<i64: 1099511627776>}, {name = "h", shape = array<i64: 1099511627776>},
    {name = "i", shape = array<i64: 1099511627776>}, {name = "j", shape = array<i64: 1099511627776>},
    {name = "k", shape = array<i64: 1099511627776>}, {name = "l", shape = array<i64: 1099511627776>},
    {name = "m", shape = array<i64: 1099511627776>}, {name = "n", shape = array<i64: 1099511627776>},
    {name = "o", shape = array<i64: 1099511627776>}, {name = "p", shape = array<i64: 1099511627776>},
    {name = "q", shape = array<i64: 1099511627776>}, {name = "r", shape = array<i64: 1099511627776>},
    {name = "s", shape = array<i64: 1099511627776>}, {name = "t", shape = array<i64: 1099511627776>},
    {name = "u", shape = array<i64: 1099511627776>}, {name = "v", shape = array<i64: 1099511627776>},
    {name = "w", shape = array<i64: 1099511627776>}, {name = "x", shape = array<i64: 1099511627776>},
    {name = "y", shape = array<i64: 1099511627776>}, {name = "z", shape = array<i64: 1099511627776>},
    {name = "A", shape = array<i64: 1099511627776>}, {name = "B", shape = array<i64: 1099511627776>},
    {name = "C", shape = array<i64: 1099511627776>}, {name = "D", shape = array<i64: 1099511627776>},
    {name = "E", shape = array<i64: 1099511627776>}, {name = "F", shape = array<i64: 1099511627776>}]} {
}
