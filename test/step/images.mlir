// Broken if an input of images is not copied to images once for all layers that read it, or if
// images without a window have a limit of their size.
// RUN: vib-opt %s --vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: tensor<4x28x28x1xf32>{{.*}}vib.word = "image"
// CHECK-NOT: vib.word = "image"
// CHECK: vib.word = "relu"
// CHECK: outs(%{{.*}} : tensor<4x784xf32>)
// CHECK-LABEL: func.func @encode
vib.model @images(%x: tensor<?x28x28x1xf32>, %y: tensor<?xi32>) {
  %r = vib.relu %x : tensor<?x28x28x1xf32>
  %a = vib.add %x, %r : tensor<?x28x28x1xf32>
  %f = vib.flatten %a : tensor<?x28x28x1xf32>
  %s = vib.linear %f @encode.0 [4] : tensor<?x784xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
vib.train @images batch(4) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
