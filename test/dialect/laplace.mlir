// Broken if a form of vib.laplace is not read, is printed with another meaning, or is refused
// without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file | FileCheck %s
// RUN: vib-opt %s -verify-diagnostics -split-input-file | vib-opt -split-input-file | FileCheck %s

// CHECK-LABEL: @forms
func.func @forms(%m: tensor<?x3xf32>, %y: tensor<?x3xf32>) {
  // CHECK: [[P:%.*]] = vib.laplace %arg0 noise(0.5) : tensor<?x3xf32> -> !vib.laplace<3>
  %p = vib.laplace %m noise(0.5) : tensor<?x3xf32>
  // CHECK: vib.laplace %arg0 noise(@decode.scale = 1.0) : tensor<?x3xf32> -> !vib.laplace<3>
  %q = vib.laplace %m noise(@decode.scale = 1.0) : tensor<?x3xf32> -> !vib.laplace<3>
  // CHECK: vib.laplace %arg0 noise(@scales[3] = 2.0) : tensor<?x3xf32> -> !vib.laplace<3>
  %r = vib.laplace %m noise(@scales[3] = 2.0) : tensor<?x3xf32>
  // CHECK: vib.nll [[P]], %arg1 : !vib.laplace<3>, tensor<?x3xf32>
  %n = vib.nll %p, %y : !vib.laplace<3>, tensor<?x3xf32>
  return
}

// -----

func.func @width(%m: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.laplace' op expected 2 means for '!vib.laplace<2>' but got 3}}
  %p = vib.laplace %m noise(1.0) : tensor<?x3xf32> -> !vib.laplace<2>
  return
}

// -----

func.func @negative(%m: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.laplace' op expected a positive scale but got -1.0}}
  %p = vib.laplace %m noise(-1.0) : tensor<?x3xf32>
  return
}

// -----

func.func @scales(%m: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.laplace' op expected 3 scales for '!vib.laplace<3>' but got 2}}
  %p = vib.laplace %m noise(@scales[2] = 1.0) : tensor<?x3xf32>
  return
}

// -----

func.func @unnamed(%m: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.laplace' op expected a name with the number of scales}}
  %p = "vib.laplace"(%m) {noise = 1.0, noise_size = 3} : (tensor<?x3xf32>) -> !vib.laplace<3>
  return
}

// -----

func.func @target(%m: tensor<?x3xf32>, %y: tensor<?x2xf32>) {
  %p = vib.laplace %m noise(1.0) : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected a target of 3 numbers an example for '!vib.laplace<3>' but got 'tensor<?x2xf32>'}}
  %n = vib.nll %p, %y : !vib.laplace<3>, tensor<?x2xf32>
  return
}

// -----

func.func @sample(%m: tensor<?x3xf32>) {
  %p = vib.laplace %m noise(1.0) : tensor<?x3xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected a distribution whose samples gradients pass through, as !vib.normal or !vib.concrete, but got '!vib.laplace<3>'}}
  %z = vib.reparameterize %p : !vib.laplace<3> -> tensor<?x3xf32>
  return
}

// -----

// expected-error @+1 {{expected the number of outputs to be a whole number from 1 to 2147483647 but got '0'}}
func.func @none(%p: !vib.laplace<0>) {
  return
}
