// Broken if a form of vib.bernoulli or of its targets is not read, is printed with another
// meaning, or is refused without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file | FileCheck %s
// RUN: vib-opt %s -verify-diagnostics -split-input-file | vib-opt -split-input-file | FileCheck %s

// CHECK-LABEL: @distributions
func.func @distributions(%l: tensor<?x5xf32>, %y: tensor<?x5xf32>) {
  // CHECK: [[P:%.*]] = vib.bernoulli %arg0 : tensor<?x5xf32> -> !vib.bernoulli<5>
  %p = vib.bernoulli %l : tensor<?x5xf32>
  // CHECK: vib.bernoulli %arg0 : tensor<?x5xf32> -> !vib.bernoulli<5>
  %q = vib.bernoulli %l : tensor<?x5xf32> -> !vib.bernoulli<5>
  // CHECK: vib.nll [[P]], %arg1 : !vib.bernoulli<5>, tensor<?x5xf32>
  %n = vib.nll %p, %y : !vib.bernoulli<5>, tensor<?x5xf32>
  return
}

// -----

func.func @width(%l: tensor<?x5xf32>) {
  // expected-error @+1 {{'vib.bernoulli' op expected 4 logits for '!vib.bernoulli<4>' but got 5}}
  %p = vib.bernoulli %l : tensor<?x5xf32> -> !vib.bernoulli<4>
  return
}

// -----

func.func @image(%l: tensor<?x2x2x1xf32>) {
  // expected-error @+1 {{cannot tell the number of outputs from 'tensor<?x2x2x1xf32>': expected a row of logits an example}}
  %p = vib.bernoulli %l : tensor<?x2x2x1xf32>
  return
}

// -----

func.func @target(%l: tensor<?x5xf32>, %y: tensor<?x4xf32>) {
  %p = vib.bernoulli %l : tensor<?x5xf32>
  // expected-error @+1 {{'vib.nll' op expected a target of 5 numbers an example for '!vib.bernoulli<5>' but got 'tensor<?x4xf32>'}}
  %n = vib.nll %p, %y : !vib.bernoulli<5>, tensor<?x4xf32>
  return
}

// -----

func.func @labels(%l: tensor<?x5xf32>, %y: tensor<?xi32>) {
  %p = vib.bernoulli %l : tensor<?x5xf32>
  // expected-error @+1 {{'vib.nll' op expected the target to have two dimensions, the batch and a width, but got 'tensor<?xi32>'}}
  %n = vib.nll %p, %y : !vib.bernoulli<5>, tensor<?xi32>
  return
}

// -----

func.func @sample(%l: tensor<?x5xf32>) {
  %p = vib.bernoulli %l : tensor<?x5xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected a distribution whose samples gradients pass through, as !vib.normal or !vib.concrete, but got '!vib.bernoulli<5>'}}
  %z = vib.reparameterize %p : !vib.bernoulli<5> -> tensor<?x5xf32>
  return
}

// -----

// expected-error @+1 {{expected the number of outputs to be a whole number from 1 to 2147483647 but got '0'}}
func.func @none(%p: !vib.bernoulli<0>) {
  return
}
