// Broken if a model does not get static shapes and one precision, with the options or without.
// RUN: vib-opt %s --vib-model | FileCheck %s
// RUN: vib-opt %s --vib-model="batch=16 precision=f64" | FileCheck %s --check-prefix=OPTIONS
// RUN: vib-opt %s --vib-model | vib-opt --vib-model | FileCheck %s

// CHECK-LABEL: vib.model @m(%x: tensor<8x2x4xf32>, %y: tensor<8xi32>) {
// CHECK-NEXT:    [[X:%.*]] = vib.flatten %x : tensor<8x2x4xf32> -> tensor<8x8xf32>
// CHECK-NEXT:    %q = vib.encoder [[X]] : tensor<8x8xf32> -> !vib.normal<2> {
// CHECK-NEXT:      [[H:%.*]] = vib.linear [[X]] @encode.0 : tensor<8x8xf32> -> tensor<8x4xf32>
// CHECK-NEXT:      [[A:%.*]] = vib.relu [[H]] : tensor<8x4xf32>
// CHECK-NEXT:      vib.normal [[A]] softplus(-5.0) : tensor<8x4xf32> -> !vib.normal<2>
// CHECK:         vib.reparameterize %q : !vib.normal<2> -> tensor<8x2xf32>
// CHECK:       vib.train @m batch(8)

// OPTIONS-LABEL: vib.model @m(%x: tensor<16x2x4xf64>, %y: tensor<16xi32>) {
// OPTIONS-NOT:     f32
// OPTIONS-NOT:     ?
// OPTIONS:         vib.linear %z @decode.0 : tensor<16x2xf64> -> tensor<16x3xf64>
// OPTIONS:       vib.train @m batch(16)
vib.model @m(%x: tensor<?x2x4xf32>, %y: tensor<?xi32>) {
  %f = vib.flatten %x : tensor<?x2x4xf32>
  %q = vib.encoder %f : tensor<?x8xf32> -> !vib.normal<2> {
    %h = vib.mlp %f @encode relu [4] : tensor<?x8xf32>
    %r = vib.relu %h : tensor<?x4xf32>
    %n = vib.normal %r softplus(-5.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @m batch(8) epochs(1)
