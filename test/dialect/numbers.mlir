// Broken if a number as other languages write it is not read exactly, or is
// printed so that it does not come back as the same number.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s

// CHECK-LABEL: @fields
// CHECK-SAME: #vib.sgd<lr = 0.001>, #vib.sgd<lr = 0.001>, #vib.sgd<lr = 0.001>
// CHECK-SAME: #vib.sgd<lr = 0.001>, #vib.sgd<lr = 1.0e-8>, #vib.sgd<lr = 1000.0>
// CHECK-SAME: #vib.sgd<lr = 1000.0>, #vib.sgd<lr = 1000.0>, #vib.sgd<lr = 0.02>
// CHECK-SAME: #vib.sgd<lr = 1.0>, #vib.sgd<lr = 10.0>
func.func private @fields() attributes {a = [
  #vib.sgd<lr = 1e-3>, #vib.sgd<lr = 1E-3>, #vib.sgd<lr = 1.e-3>,
  #vib.sgd<lr = 1.0E-3>, #vib.sgd<lr = 1e-08>, #vib.sgd<lr = 1e3>,
  #vib.sgd<lr = 1_000>, #vib.sgd<lr=1e+3>, #vib.sgd<lr = +2e-2>,
  #vib.sgd<lr = 1.>, #vib.sgd<lr = 01e1>]}

// To the nearest double: a tie, its neighbours, the least numbers, one of many
// digits.
// CHECK-LABEL: @rounded
// CHECK-SAME: lr = 9007199254740992.0>, #vib.sgd<lr = 9007199254740994.0>
// CHECK-SAME: lr = 5.0e-324>, #vib.sgd<lr = 2.2250738585072014e-308>
// CHECK-SAME: lr = 0.30000000000000004>, #vib.sgd<lr = 1.0e23>
// CHECK-SAME: lr = 1.7976931348623157e308>
func.func private @rounded() attributes {a = [
  #vib.sgd<lr = 9007199254740993>, #vib.sgd<lr = 9007199254740993.0000000001>,
  #vib.sgd<lr = 3e-324>, #vib.sgd<lr = 22250738585072014e-324>,
  #vib.sgd<lr = 30000000000000004e-17>, #vib.sgd<lr = 1e23>,
  #vib.sgd<lr = 1.7976931348623157e+308>]}

// CHECK-LABEL: @types
// CHECK-SAME: !vib.normal<1000>, !vib.normal<12, full>, !vib.categorical<1000000>
func.func private @types(
  !vib.normal<1_000>, !vib.normal<1_2, full>, !vib.categorical<1_000_000>)

// CHECK-LABEL: vib.model @m
// CHECK: vib.scale {{.*}} to [-0.1, 0.5] :
// CHECK: vib.linear {{.*}} @encode.0 : tensor<?x4xf32> -> tensor<?x1000xf32>
// CHECK: vib.mlp {{.*}} @mlp relu [1000, 4] :
// CHECK: vib.normal {{.*}} softplus(-5.0) :
// CHECK: vib.reparameterize {{.*}} samples(1000) :
// CHECK: vib.normal {{.*}} noise(@noise = 0.25) :
// CHECK: vib.loss {{.*}} + @beta(0.01) *
vib.model @m(%x: tensor<?x4xui8>, %y: tensor<?x2xf32>) {
  %f = vib.scale %x to [-1e-1,5e-1] : tensor<?x4xui8>
  %h = vib.linear %f @encode.0 [1_000] : tensor<?x4xf32>
  %s = vib.mlp %h @mlp relu [1_000, 4] : tensor<?x1000xf32>
  %q = vib.normal %s softplus(-5e0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(1_000) : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.normal %z noise(@noise = 25e-2) : tensor<?x2xf32>
  %nll = vib.nll %p, %y : !vib.normal<2>, tensor<?x2xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %nll + @beta(1e-2)*%rate
}

// The largest seed, as --seed takes it.
// CHECK-LABEL: vib.train @m batch(1000) epochs(10)
// CHECK: optimizer = #vib.adam<lr = 1.0e-4, eps = 1.0e-7>
// CHECK: average = 0.999, {{.*}}seed = 18446744073709551615 }
vib.train @m batch(1_000) epochs(10) {
  optimizer = #vib.adam<lr=1e-4,eps=1e-7>, average = 999e-3,
  seed = 18446744073709551615 }
