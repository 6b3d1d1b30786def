// Broken if what training cannot minimize, or what cannot bypass the bottleneck, is accepted, or is
// refused without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

// A smoothing that leaves nothing.
func.func @f(%l: tensor<?x3xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected a smoothing in [0, 1) but got 1.0}}
  %0 = vib.nll %p, %y smoothing(1.0) : !vib.categorical<3>, tensor<?xi32>
  return
}

// -----

// A negative smoothing.
func.func @f(%l: tensor<?x3xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected a smoothing in [0, 1) but got -0.1}}
  %0 = vib.nll %p, %y smoothing(-0.1) : !vib.categorical<3>, tensor<?xi32>
  return
}

// -----

// Weights of other classes.
func.func @f(%l: tensor<?x3xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected a weight for each of 3 classes but got 2}}
  %0 = vib.nll %p, %y weights([1, 2]) : !vib.categorical<3>, tensor<?xi32>
  return
}

// -----

// A class that would not count.
func.func @f(%l: tensor<?x3xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected finite weights above 0 but got 0.0}}
  %0 = vib.nll %p, %y weights([1, 0, 2]) : !vib.categorical<3>, tensor<?xi32>
  return
}

// -----

// More weights than a step compares labels with.
func.func @f(%l: tensor<?x257xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x257xf32>
  // expected-error @+1 {{'vib.nll' op expected weights of at most 256 classes but got 257}}
  %0 = vib.nll %p, %y weights([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) : !vib.categorical<257>, tensor<?xi32>
  return
}

// -----

// A smoothed number.
func.func @f(%l: tensor<?x3xf32>, %y: tensor<?x3xf32>) {
  %p = vib.bernoulli %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected no 'smoothing', because the target has no classes}}
  %0 = vib.nll %p, %y smoothing(0.1) : !vib.bernoulli<3>, tensor<?x3xf32>
  return
}

// -----

// A bypass of an image.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %i = vib.reshape %x [2, 2, 2] : tensor<?x8xf32>
  // expected-error @+1 {{'vib.bypass' op expected a row of numbers an example, as vib.flatten gives, but got 'tensor<?x2x2x2xf32>'}}
  %b = vib.bypass %i : tensor<?x2x2x2xf32>
  %f = vib.flatten %b : tensor<?x2x2x2xf32>
  %d = vib.concat %z, %f : tensor<?x2xf32>, tensor<?x8xf32>
  %l = vib.linear %d @decode.0 [3] : tensor<?x10xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A bypass of the sample.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  // expected-note @+1 {{the sample is drawn here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.bypass' op expected an operand that depends on no sample}}
  %b = vib.bypass %z : tensor<?x2xf32>
  %l = vib.linear %b @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A bypass that no decoder reads.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.bypass' op expected a decoder to read the result beside a sample, but none does}}
  %b = vib.bypass %x : tensor<?x8xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A bypass that a posterior depends on.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.bypass' op expected only a decoder to read the result, but a posterior depends on it}}
  %b = vib.bypass %x : tensor<?x8xf32>
  %s = vib.linear %b @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  // expected-note @+1 {{its sample is drawn here}}
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %c = vib.concat %z, %b : tensor<?x2xf32>, tensor<?x8xf32>
  %l = vib.linear %c @decode.0 [3] : tensor<?x10xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A bypass of a bypass.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the other one is here}}
  %a = vib.bypass %x : tensor<?x8xf32>
  // expected-error @+1 {{'vib.bypass' op expected an operand behind no other bypass}}
  %b = vib.bypass %a : tensor<?x8xf32>
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %c = vib.concat %z, %b : tensor<?x2xf32>, tensor<?x8xf32>
  %l = vib.linear %c @decode.0 [3] : tensor<?x10xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
