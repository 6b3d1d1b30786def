// Broken if a sample that is an argument of decode, concatenated with itself before a layer whose
// operands are rounded to bf16, is rounded behind the ops that read it.
// RUN: vib-opt %s --vib-to-step=precision=bf16 | FileCheck %s

// CHECK-LABEL: func.func @decode(
// CHECK: arith.truncf
// CHECK: tensor.insert_slice {{.*}} : tensor<16x37xbf16> into tensor<16x74xbf16>
// CHECK: tensor.insert_slice {{.*}} : tensor<16x37xbf16> into tensor<16x74xbf16>
vib.model @twice(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [74] : tensor<?x8xf32>
  %n = vib.normal %s softplus(0.0) : tensor<?x74xf32>
  %z = vib.reparameterize %n : !vib.normal<37> -> tensor<?x37xf32>
  %zz = vib.concat %z, %z : tensor<?x37xf32>, tensor<?x37xf32>
  %h = vib.linear %zz @decode.0 [64] : tensor<?x74xf32>
  %logits = vib.linear %h @decode.1 [3] : tensor<?x64xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @twice batch(16) epochs(3) { optimizer = #vib.sgd<lr = 1.0e-3> }
