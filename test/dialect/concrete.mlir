// Broken if a form of vib.concrete, or of its rate, is not read, is printed with another meaning, or
// is refused without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file | FileCheck %s
// RUN: vib-opt %s -verify-diagnostics -split-input-file | vib-opt -split-input-file | FileCheck %s

// RUN: vib-opt %models/concrete.mlir --emit-bytecode -o %t.mlirbc && vib-opt %t.mlirbc | FileCheck %s --check-prefix=BYTECODE
// BYTECODE: vib.concrete {{%.*}} temperature(@tau(0.7)) : tensor<?x12xf32> -> !vib.concrete<3, 4>
// BYTECODE: [[Q:%.*]] = vib.concrete {{%.*}} temperature(0.5) :
// BYTECODE: vib.kl [[Q]] : !vib.concrete<1, 5>

// CHECK-LABEL: @forms
func.func @forms(%s: tensor<?x6xf32>) {
  // CHECK: [[Q:%.*]] = vib.concrete %arg0 temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  // CHECK: vib.concrete %arg0 temperature(@tau(1.0)) : tensor<?x6xf32> -> !vib.concrete<1, 6>
  %p = vib.concrete %s temperature(@tau(1)) : tensor<?x6xf32> -> !vib.concrete<1, 6>
  // CHECK: vib.reparameterize [[Q]] : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  // CHECK: vib.kl [[Q]] : !vib.concrete<2, 3>
  %rate = vib.kl %q : !vib.concrete<2, 3>
  return
}

// -----

// CHECK-LABEL: vib.model @temperatures
// CHECK: vib.loss
// CHECK: coefficients = { hot = #vib.constant, tau = #vib.linear<epochs = 2.0, from = 1.0> }
vib.model @temperatures(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@tau(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %r = vib.concrete %s temperature(@hot(2.0)) : tensor<?x6xf32> -> !vib.concrete<3, 2>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %w = vib.reparameterize %r : !vib.concrete<3, 2> -> tensor<?x6xf32>
  %l = vib.add %z, %w : tensor<?x6xf32>
  %p = vib.categorical %l : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  vib.loss %ce
}
vib.train @temperatures batch(2) epochs(1) {
  coefficients = { tau = #vib.linear<from = 1.0, epochs = 2>, hot = #vib.constant } }

// -----

func.func @width(%s: tensor<?x6xf32>) {
  // expected-error @+1 {{'vib.concrete' op expected 8 logits for '!vib.concrete<2, 4>', 4 for each of 2 variables, but got 6}}
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 4>
  return
}

// -----

func.func @cold(%s: tensor<?x6xf32>) {
  // expected-error @+1 {{'vib.concrete' op expected a temperature above 0 but got 0.0}}
  %q = vib.concrete %s temperature(@tau(0.0)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  return
}

// -----

func.func @prior(%s: tensor<?x6xf32>) {
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  // expected-error @+1 {{'vib.kl' op expected no prior, because the rate of '!vib.concrete<2, 3>' is the divergence from the uniform distribution}}
  %rate = vib.kl %q, #vib.standard_normal : !vib.concrete<2, 3>
  return
}

// -----

func.func @learned(%s: tensor<?x6xf32>) {
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %r = vib.prior @prior normal[6]
  // expected-error @+1 {{'vib.kl' op expected no prior, because the rate of '!vib.concrete<2, 3>' is the divergence from the uniform distribution}}
  %rate = vib.kl %q, %r : !vib.concrete<2, 3>, !vib.normal<6>
  return
}

// -----

func.func @no_prior(%s: tensor<?x6xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x6xf32>
  // expected-error @+1 {{'vib.kl' op expected one prior, #vib.standard_normal or the result of a vib.prior}}
  %rate = vib.kl %q : !vib.normal<3>
  return
}

// -----

func.func @target(%s: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<1, 6>
  // expected-error @+1 {{'vib.nll' op expected a likelihood, which has the density of a target, but got '!vib.concrete<1, 6>'}}
  %nll = vib.nll %q, %y : !vib.concrete<1, 6>, tensor<?xi32>
  return
}

// -----

func.func @likelihood(%s: tensor<?x6xf32>) {
  %p = vib.categorical %s : tensor<?x6xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected a distribution whose samples gradients pass through, as !vib.normal or !vib.concrete, but got '!vib.categorical<6>'}}
  %z = vib.reparameterize %p : !vib.categorical<6> -> tensor<?x6xf32>
  return
}

// -----

// expected-error @+1 {{expected the number of variables to be a whole number from 1 to 2147483647 but got '0'}}
func.func @none(%q: !vib.concrete<0, 3>) {
  return
}

// -----

// expected-error @+1 {{expected at most 2147483647 classes of all variables together but got 65536 variables of 65536}}
func.func @many(%q: !vib.concrete<65536, 65536>) {
  return
}

// -----

vib.model @shared_name(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@gamma(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %p = vib.categorical %z : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 3>
  // expected-error @+1 {{'vib.loss' op expected another name for the temperature 'gamma', because a coefficient of the loss has it}}
  vib.loss %ce + @gamma(0.5) * %rate
}

// -----

vib.model @named_beta(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@beta(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %p = vib.categorical %z : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  // expected-error @+1 {{'vib.loss' op expected another name for the temperature 'beta', which the program gives to the coefficient of the rate}}
  vib.loss %ce
}

// -----

vib.model @two_values(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@tau(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %r = vib.concrete %s temperature(@tau(1.5)) : tensor<?x6xf32> -> !vib.concrete<3, 2>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %w = vib.reparameterize %r : !vib.concrete<3, 2> -> tensor<?x6xf32>
  %l = vib.add %z, %w : tensor<?x6xf32>
  %p = vib.categorical %l : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  // expected-error @+1 {{'vib.loss' op expected one value for the coefficient 'tau' but got 0.5 and 1.5}}
  vib.loss %ce
}

// -----

vib.model @falls(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@tau(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %p = vib.categorical %z : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 3>
  vib.loss %ce + @beta(0.5) * %rate
}
// expected-error @+1 {{'vib.train' op expected a schedule of the temperature 'tau' that stays above 0: without a warm-up from 0, and without a 'from', 'to', 'final' or 'cap' of 0}}
vib.train @falls batch(2) epochs(1) { coefficients = { tau = #vib.linear<to = 0.0, epochs = 2> } }

// -----

vib.model @ascends(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode [6] : tensor<?x6xf32>
  %q = vib.concrete %s temperature(@tau(0.5)) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  %z = vib.reparameterize %q : !vib.concrete<2, 3> -> tensor<?x6xf32>
  %p = vib.categorical %z : tensor<?x6xf32>
  %ce = vib.nll %p, %y : !vib.categorical<6>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 3>
  vib.loss %ce + @beta(0.5) * %rate
}
// expected-error @+1 {{'vib.train' op expected a schedule of the temperature 'tau' that stays above 0, not a dual ascent}}
vib.train @ascends batch(2) epochs(1) { coefficients = { tau = #vib.dual<rate = @rate, target = 1.0, step = 0.1> } }

// -----

vib.model @no_temperature(%s: tensor<?x6xf32>, %y: tensor<?xi32>) {
  // expected-error @+2 {{'vib.concrete' op expected 'temperature' but got ':'}}
  // expected-note @+1 {{vib.concrete is written}}
  %q = vib.concrete %s : tensor<?x6xf32> -> !vib.concrete<2, 3>
}
