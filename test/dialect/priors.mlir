// Broken if a form of vib.prior, or of a vib.kl from one, is not read, is printed with another
// meaning, or is refused without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file | FileCheck %s
// RUN: vib-opt %s -verify-diagnostics -split-input-file | vib-opt -split-input-file | FileCheck %s
// RUN: vib-opt %models/priors.mlir --emit-bytecode -o %t.mlirbc && vib-opt %t.mlirbc | FileCheck %s --check-prefix=BYTECODE

// RUN: vib-opt %models/mixtures.mlir --emit-bytecode -o %t.mlirbc && vib-opt %t.mlirbc | FileCheck %s --check-prefix=MIXTURES

// BYTECODE: [[R:%.*]] = vib.prior @shared normal[3]
// BYTECODE: [[B:%.*]] = vib.prior @given normal(4)[2] given %label : tensor<?xi32>
// BYTECODE: vib.kl {{%.*}}, [[R]] : !vib.normal<3, full>
// BYTECODE: vib.kl {{%.*}}, [[B]] : !vib.normal<2>

// RUN: vib-opt %models/vamp.mlir --emit-bytecode -o %t.mlirbc && vib-opt %t.mlirbc | FileCheck %s --check-prefix=VAMP
// VAMP: vib.prior @prior vamp(7) of %q over %x : !vib.normal<3>, tensor<?x12xf32>

// MIXTURES: [[Z:%.*]] = vib.reparameterize {{.*}} : !vib.normal<3, full>
// MIXTURES: [[R:%.*]] = vib.prior @shared mixture(2)[3]{{$}}
// MIXTURES: vib.kl {{%.*}}, [[R]] at [[Z]] : !vib.normal<3, full>{{$}}

// CHECK-LABEL: @forms
func.func @forms(%s: tensor<?x8xf32>, %t: tensor<?x5xf32>, %label: tensor<?xi32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %f = vib.normal %t exp : tensor<?x5xf32> -> !vib.normal<2, full>
  // CHECK: [[R:%.*]] = vib.prior @prior normal[4]{{$}}
  %r = vib.prior @prior normal[4]
  // CHECK: vib.kl {{%.*}}, [[R]] : !vib.normal<4>{{$}}
  %0 = vib.kl %q, %r : !vib.normal<4>
  // CHECK: vib.kl {{%.*}}, [[R]] : !vib.normal<4>{{$}}
  %1 = vib.kl %q, %r : !vib.normal<4>, !vib.normal<4>
  // CHECK: [[B:%.*]] = vib.prior @backward normal(10)[2] given %arg2 : tensor<?xi32>
  %b = vib.prior @backward normal(10)[2] given %label : tensor<?xi32>
  // CHECK: vib.kl {{%.*}}, [[B]] : !vib.normal<2, full>{{$}}
  %2 = vib.kl %f, %b : !vib.normal<2, full>
  // CHECK: vib.kl {{%.*}}, #vib.standard_normal : !vib.normal<2, full>
  %3 = vib.kl %f, #vib.standard_normal : !vib.normal<2, full>
  // CHECK: [[M:%.*]] = vib.prior @mixture mixture(5)[4]{{$}}
  %m = vib.prior @mixture mixture(5)[4]
  // CHECK: [[Z:%.*]] = vib.reparameterize
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  // CHECK: vib.kl {{%.*}}, [[M]] at [[Z]] : !vib.normal<4>{{$}}
  %4 = vib.kl %q, %m at %z : !vib.normal<4>
  // CHECK: vib.kl {{%.*}}, [[M]] at [[Z]] : !vib.normal<4>{{$}}
  %5 = vib.kl %q, %m at %z : !vib.normal<4>, !vib.mixture<4>, tensor<?x4xf32>
  // CHECK: [[V:%.*]] = vib.prior @vamp vamp(6) of {{%.*}} over %arg0 : !vib.normal<4>, tensor<?x8xf32>
  %v = vib.prior @vamp vamp(6) of %q over %s : !vib.normal<4>, tensor<?x8xf32>
  // CHECK: vib.kl {{%.*}}, [[V]] at [[Z]] : !vib.normal<4>{{$}}
  %6 = vib.kl %q, %v at %z : !vib.normal<4>
  return
}

// -----

// CHECK-LABEL: @wide
func.func @wide(%s: tensor<?x8xf64>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf64>
  %m = vib.prior @mixture mixture(5)[4]
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf64>
  // CHECK: vib.kl {{%.*}}, {{%.*}} at {{%.*}} : !vib.normal<4>, tensor<?x4xf64>{{$}}
  %0 = vib.kl %q, %m at %z : !vib.normal<4>, tensor<?x4xf64>
  return
}

// -----

func.func @kind() {
  // expected-error @+1 {{expected a prior, 'normal[32]', 'normal(10)[32] given %label', 'mixture(10)[32]' or 'vamp(500) of %q over %x', but got 'gauss'}}
  %r = vib.prior @prior gauss[4]
  return
}

// -----

func.func @width() {
  // expected-error @+1 {{expected the number of latents to be a whole number from 1 to 2147483647 but got '0'}}
  %r = vib.prior @prior normal[0]
  return
}

// -----

func.func @classes(%label: tensor<?xi32>) {
  // expected-error @+1 {{expected the number of classes to be a whole number from 2 to 2147483647 but got '1'}}
  %r = vib.prior @prior normal(1)[4] given %label : tensor<?xi32>
  return
}

// -----

func.func @ungiven() {
  // expected-error @+1 {{expected 'normal(10)[4] given %label', with the label that chooses one of the normals}}
  %r = vib.prior @prior normal(10)[4]
  return
}

// -----

func.func @label(%label: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.prior' op expected labels to be tensor<?xi32> but got 'tensor<?x3xf32>'}}
  %r = vib.prior @prior normal(10)[4] given %label : tensor<?x3xf32>
  return
}

// -----

func.func @generic(%label: tensor<?xi32>) {
  // expected-error @+1 {{'vib.prior' op expected the number of classes with a label, and none without it}}
  %r = "vib.prior"(%label) {name = "prior"} : (tensor<?xi32>) -> !vib.normal<4>
  return
}

// -----

func.func @few(%label: tensor<?xi32>) {
  // expected-error @+1 {{'vib.prior' op expected 2 to 2147483647 classes but got 1}}
  %r = "vib.prior"(%label) {name = "prior", classes = 1} : (tensor<?xi32>) -> !vib.normal<4>
  return
}

// -----

func.func @full() {
  // expected-error @+1 {{'vib.prior' op expected a diagonal normal as the prior but got '!vib.normal<4, full>'}}
  %r = "vib.prior"() {name = "prior"} : () -> !vib.normal<4, full>
  return
}

// -----

func.func @size(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %r = vib.prior @prior normal[3]
  // expected-error @+1 {{'vib.kl' op expected a prior of 4 latents, as the posterior '!vib.normal<4>' has, but got '!vib.normal<3>'}}
  %0 = vib.kl %q, %r : !vib.normal<4>, !vib.normal<3>
  return
}

// -----

func.func @form(%s: tensor<?x4xf32>) {
  %p = vib.categorical %s : tensor<?x4xf32>
  %r = vib.prior @prior normal[4]
  // expected-error @+1 {{'vib.kl' op expected a distribution whose divergence from '!vib.normal<4>' has a closed form, but got '!vib.categorical<4>'}}
  %0 = vib.kl %p, %r : !vib.categorical<4>, !vib.normal<4>
  return
}

// -----

func.func @computed(%s: tensor<?x8xf32>) {
  // expected-note @+1 {{the value is made here}}
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.kl' op expected a prior that vib.prior makes}}
  %0 = vib.kl %q, %q : !vib.normal<4>
  return
}

// -----

func.func @none(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.kl' op expected one prior, #vib.standard_normal or the result of a vib.prior}}
  %0 = "vib.kl"(%q) : (!vib.normal<4>) -> !vib.nats
  return
}

// -----

vib.model @sampled(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{it is made here}}
  %q = vib.prior @prior normal[4]
  // expected-error @+1 {{'vib.reparameterize' op expected a posterior, which vib.normal makes, but got a prior}}
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %a = vib.add %z, %x : tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  vib.loss %ce
}

// -----

vib.model @unread(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op the parameter 'prior.mean' cannot be trained: the loss does not depend on it}}
  %r = vib.prior @prior normal[4]
  %rate = vib.kl %q, %r : !vib.normal<4>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

vib.model @two(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  %r = vib.prior @prior normal[4]
  // expected-note @+1 {{the first one is here}}
  %rate = vib.kl %q, %r : !vib.normal<4>
  // expected-error @+1 {{'vib.kl' op expected one prior of each posterior but got a second one}}
  %other = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate + @gamma(0.1) * %other
}

// -----

vib.model @number(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  // expected-note @+1 {{the likelihood of the label is here}}
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected 4 classes, as its label has, but got 10}}
  %b = vib.prior @backward normal(10)[4] given %y : tensor<?xi32>
  %rate = vib.kl %q, %b : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

vib.model @other(%x: tensor<?x8xf32>, %w: tensor<?xi32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected its label to be a target of the loss, but it is not}}
  %b = vib.prior @backward normal(4)[4] given %w : tensor<?xi32>
  %rate = vib.kl %q, %b : !vib.normal<4>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

vib.model @names(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-note @+1 {{'prior.mean' is here}}
  %r = vib.prior @prior normal[4]
  // expected-error @+1 {{'vib.prior' op expected a name of its own, or the shape [4] that the parameter 'prior.mean' has already, but got [4, 4]}}
  %b = vib.prior @prior normal(4)[4] given %y : tensor<?xi32>
  %rate = vib.kl %q, %b : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

vib.model @apart(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [8] : tensor<?x8xf32>
  %q0 = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %q1 = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z0 = vib.reparameterize %q0 : !vib.normal<4> -> tensor<?x4xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<4> -> tensor<?x4xf32>
  %z = vib.add %z0, %z1 : tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  %b = vib.prior @backward normal(4)[4] given %y : tensor<?xi32>
  %r0 = vib.kl %q0, %b : !vib.normal<4>
  // expected-error @+1 {{'vib.kl' op expected the divergence from the prior of a label to be a term of the loss}}
  %r1 = vib.kl %q1, %b : !vib.normal<4>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(0.1) * %r0
}

// -----

func.func @given(%label: tensor<?xi32>) {
  // expected-error @+1 {{expected the number of classes before that of the latents, 'normal(10)[4] given %label'}}
  %r = vib.prior @prior normal[4] given %label : tensor<?xi32>
  return
}

// -----

func.func @uncounted() {
  // expected-error @+1 {{expected the number of components before that of the latents, 'mixture(10)[4]'}}
  %r = vib.prior @prior mixture[4]
  return
}

// -----

func.func @alone() {
  // expected-error @+1 {{expected the number of components to be a whole number from 2 to 2147483647 but got '1'}}
  %r = vib.prior @prior mixture(1)[4]
  return
}

// -----

func.func @of_label(%label: tensor<?xi32>) {
  // expected-error @+1 {{expected no 'given' of a mixture, which does not depend on the label}}
  %r = vib.prior @prior mixture(10)[4] given %label : tensor<?xi32>
  return
}

// -----

func.func @components() {
  // expected-error @+1 {{'vib.prior' op expected a mixture to have a number of components, and no label}}
  %r = "vib.prior"() {name = "prior"} : () -> !vib.mixture<4>
  return
}

// -----

func.func @component() {
  // expected-error @+1 {{'vib.prior' op expected 2 to 2147483647 components but got 1}}
  %r = "vib.prior"() {name = "prior", components = 1} : () -> !vib.mixture<4>
  return
}

// -----

func.func @normals() {
  // expected-error @+1 {{'vib.prior' op expected components of a mixture but got '!vib.normal<4>'}}
  %r = "vib.prior"() {name = "prior", components = 3} : () -> !vib.normal<4>
  return
}

// -----

// expected-error @+1 {{expected the width of a normal distribution to be a whole number from 1 to 2147483647 but got '0'}}
func.func @empty(%r: !vib.mixture<0>) {
  return
}

// -----

func.func @nowhere(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %r = vib.prior @prior mixture(3)[4]
  // expected-error @+1 {{'vib.kl' op expected 'at' and the sample of the posterior, as in 'vib.kl %q, %r at %z', because the divergence from '!vib.mixture<4>' has no closed form}}
  %0 = vib.kl %q, %r : !vib.normal<4>, !vib.mixture<4>
  return
}

// -----

func.func @closed(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %r = vib.prior @prior normal[4]
  // expected-error @+1 {{'vib.kl' op expected no 'at', because the divergence of '!vib.normal<4>' from '!vib.normal<4>' has a closed form}}
  %0 = vib.kl %q, %r at %z : !vib.normal<4>, !vib.normal<4>
  return
}

// -----

func.func @elsewhere(%s: tensor<?x8xf32>, %t: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %o = vib.normal %t softplus(0.0) : tensor<?x8xf32>
  // expected-note @+1 {{the value is made here}}
  %z = vib.reparameterize %o : !vib.normal<4> -> tensor<?x4xf32>
  %r = vib.prior @prior mixture(3)[4]
  // expected-error @+1 {{'vib.kl' op expected 'at' the sample that vib.reparameterize draws of the posterior}}
  %0 = vib.kl %q, %r at %z : !vib.normal<4>
  return
}

// -----

func.func @narrow(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %r = vib.prior @prior mixture(3)[5]
  // expected-error @+1 {{'vib.kl' op expected a prior of 4 latents, as the posterior '!vib.normal<4>' has, but got '!vib.mixture<5>'}}
  %0 = vib.kl %q, %r at %z : !vib.normal<4>, !vib.mixture<5>
  return
}

// -----

func.func @both(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %r = vib.prior @prior normal[4]
  // expected-error @+1 {{'vib.kl' op expected one prior, #vib.standard_normal or the result of a vib.prior}}
  %0 = "vib.kl"(%q, %r) {prior = #vib.standard_normal : !vib.normal<4>} : (!vib.normal<4>, !vib.normal<4>) -> !vib.nats
  return
}

// -----

vib.model @mixture_apart(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [8] : tensor<?x8xf32>
  %q0 = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %q1 = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z0 = vib.reparameterize %q0 : !vib.normal<4> -> tensor<?x4xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<4> -> tensor<?x4xf32>
  %z = vib.add %z0, %z1 : tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  %r = vib.prior @prior mixture(3)[4]
  %r0 = vib.kl %q0, %r at %z0 : !vib.normal<4>
  // expected-error @+1 {{'vib.kl' op expected the divergence from a mixture to be a term of the loss}}
  %r1 = vib.kl %q1, %r at %z1 : !vib.normal<4>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(0.1) * %r0
}

// -----

func.func @bare(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{expected 'of %q over %x' after 'vamp(6)' but got '[': the prior has as many latents as the posterior}}
  %r = vib.prior @prior vamp(6)[4]
  return
}

// -----

func.func @full_vamp(%s: tensor<?x5xf32>) {
  %q = vib.normal %s exp : tensor<?x5xf32> -> !vib.normal<2, full>
  // expected-error @+1 {{'vib.prior' op expected a diagonal normal posterior behind 'of' but got '!vib.normal<2, full>'}}
  %r = vib.prior @prior vamp(6) of %q over %s : !vib.normal<2, full>, tensor<?x5xf32>
  return
}

// -----

func.func @categorical_vamp(%s: tensor<?x5xf32>) {
  %q = vib.categorical %s : tensor<?x5xf32>
  // expected-error @+1 {{expected a diagonal normal posterior behind 'of' but got '!vib.categorical<5>'}}
  %r = vib.prior @prior vamp(6) of %q over %s : !vib.categorical<5>, tensor<?x5xf32>
  return
}

// -----

func.func @bytes_vamp(%s: tensor<?x8xf32>, %b: tensor<?x8xui8>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.prior' op expected the input behind 'over' to be f32 or f64 but got 'ui8'}}
  %r = vib.prior @prior vamp(6) of %q over %b : !vib.normal<4>, tensor<?x8xui8>
  return
}

// -----

func.func @wide_vamp(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.prior' op expected a mixture of 4 dimensions, as the posterior has, but got '!vib.mixture<5>'}}
  %r = "vib.prior"(%q, %s) {name = "prior", components = 6} : (!vib.normal<4>, tensor<?x8xf32>) -> !vib.mixture<5>
  return
}

// -----

func.func @alone(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.prior' op expected a label, or a posterior and its input}}
  %r = "vib.prior"(%q) {name = "prior", components = 6} : (!vib.normal<4>) -> !vib.mixture<4>
  return
}

// -----

func.func @swapped(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.prior' op expected a diagonal normal posterior behind 'of' but got 'tensor<?x8xf32>'}}
  %r = "vib.prior"(%s, %q) {name = "prior", components = 6} : (tensor<?x8xf32>, !vib.normal<4>) -> !vib.mixture<4>
  return
}

// -----

vib.model @layer(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the value is computed here}}
  %s = vib.linear %x @encode.0 [8] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected an argument of the model, or the result of vib.scale or vib.standardize, behind 'over'}}
  %r = vib.prior @prior vamp(6) of %q over %s : !vib.normal<4>, tensor<?x8xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

// expected-note @+1 {{it reads this argument}}
vib.model @inputs(%x: tensor<?x8xf32>, %w: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.add %x, %w : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected an encoder of one input, that behind 'over'}}
  %r = vib.prior @prior vamp(6) of %q over %x : !vib.normal<4>, tensor<?x8xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

vib.model @elsewhere(%x: tensor<?x8xf32>, %w: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %o = vib.normal %w softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %u = vib.reparameterize %o : !vib.normal<4> -> tensor<?x4xf32>
  %c = vib.add %z, %u : tensor<?x4xf32>
  %p = vib.categorical %c : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected behind 'of' the posterior that diverges from it}}
  %r = vib.prior @prior vamp(6) of %o over %w : !vib.normal<4>, tensor<?x8xf32>
  // expected-note @+1 {{the divergence is here}}
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

vib.model @unscaled(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the input is scaled here}}
  %s = vib.scale %x from [0.0, 1.0] to [-1.0, 1.0] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected to read the scaled input, but it reads the input itself}}
  %r = vib.prior @prior vamp(6) of %q over %x : !vib.normal<4>, tensor<?x8xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

// expected-note @+1 {{it reads this argument}}
vib.model @other(%x: tensor<?x8xf32>, %w: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32>
  %o = vib.normal %w softplus(0.0) : tensor<?x8xf32>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %u = vib.reparameterize %o : !vib.normal<4> -> tensor<?x4xf32>
  %c = vib.add %z, %u : tensor<?x4xf32>
  %p = vib.categorical %c : tensor<?x4xf32>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  // expected-error @+1 {{'vib.prior' op expected behind 'over' the input that the encoder reads}}
  %r = vib.prior @prior vamp(6) of %q over %w : !vib.normal<4>, tensor<?x8xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %rate
}

// -----

func.func @too_many(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{expected the number of components to be a whole number from 2 to 1048576 but got '1048577'}}
  %r = vib.prior @prior vamp(1048577) of %q over %s : !vib.normal<4>, tensor<?x8xf32>
  return
}

// -----

vib.model @left_behind(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.pseudo_inputs' op is made by vib-build-step, which leaves none behind: expected 'vib.prior @prior vamp(…) of %q over %x'}}
  %u = vib.pseudo_inputs @prior : tensor<6x8xf32>
}

// -----

func.func @norm_left_behind(%h: tensor<6x8xf32>) {
  // expected-error @+1 {{'vib.running_norm' op is made by vib-build-step, which leaves none behind: expected 'vib.batch_norm %h @encode.1'}}
  %n = vib.running_norm %h @encode.1 : tensor<6x8xf32>
  return
}

// -----

func.func @types_of_vamp(%s: tensor<?x8xf32>) {
  %q = vib.normal %s softplus(0.0) : tensor<?x8xf32>
  // expected-error @+1 {{expected the type of the posterior behind 'of' before that of the input but got 'tensor<?x8xf32>'}}
  %r = vib.prior @prior vamp(6) of %q over %s : tensor<?x8xf32>, !vib.normal<4>
  return
}

// -----

func.func @no_posterior_of_vamp() {
  // expected-error @+1 {{expected 'vamp(500) of %q over %x', with the number of pseudo-inputs, the posterior and the input that it is computed from}}
  %r = vib.prior @prior vamp(6)
  return
}
