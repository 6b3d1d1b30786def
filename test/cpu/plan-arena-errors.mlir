// RUN: vib-opt %s -vib-set-machine -vib-choose-tiles -vib-plan-arena -split-input-file -verify-diagnostics

// Broken if a plan is made for a module that has no valid one.

module attributes {vib.parameters = []} {
  func.func @f(%x: tensor<4xf32> {vib.slot = #vib.slot<input, "x">}) { return }
  // expected-error @below {{expected "x" to have one type everywhere but got 'tensor<5xf32>' and 'tensor<4xf32>'}}
  func.func @g(%x: tensor<5xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.parameters = []} {
  // expected-error @below {{expected "x" to be a tensor with a static shape but got 'tensor<?xf32>'}}
  func.func @f(%x: tensor<?xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

module attributes {vib.parameters = []} {
  // expected-error @below {{expected every argument and result to have a vib.slot}}
  func.func @f(%x: tensor<4xf32>) { return }
}

// -----

// expected-error @below {{expected a module of the phase step or fused, but vib.parameters is missing}}
module {
}

// -----

// Sizes in a file that was edited: of one tensor, of a parameter, of all parameters.
module attributes {vib.parameters = []} {
  // expected-error @below {{expected tensors of at most 1099511627776 elements but got 'tensor<4294967296x4294967296xf32>'}}
  func.func @f(%x: tensor<4294967296x4294967296xf32> {vib.slot = #vib.slot<input, "x">}) { return }
}

// -----

// expected-error @below {{expected parameters of at most 1099511627776 elements but got}}
module attributes {vib.parameters = [#vib.parameter<"w" : tensor<2199023255552xf32>, init = constant(0.0)>]} {
}

// -----

// expected-error @below {{expected "w" to have dimensions of at least 1, and at most 281474976710656 bytes, but got 'tensor<1152921504606846976xf32>'}}
module attributes {vib.parameters = [#vib.parameter<"w" : tensor<1152921504606846976xf32>, init = constant(0.0)>]} {
}

// -----

// expected-error @below {{expected the parameters to take at most 281474976710656 bytes together}}
module attributes {vib.parameters = [#vib.parameter<"a" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"b" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"c" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"d" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"e" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"f" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"g" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"h" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"i" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"j" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"k" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"l" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"m" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"n" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"o" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"p" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"q" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"r" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"s" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"t" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"u" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"v" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"w" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"x" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"y" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"z" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"A" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"B" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"C" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"D" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"E" : tensor<1099511627776xf64>, init = constant(0.0)>,
      #vib.parameter<"F" : tensor<1099511627776xf64>, init = constant(0.0)>]} {
}
