// Broken if a ReLU that only a pooling reads is not applied after it, to fewer elements, or
// if one that another op reads is.
// RUN: vib-opt %s --vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: -> tensor<8x4x4x5xf32>
// CHECK-NOT: vib.word = "relu"
// CHECK: tensor<8x2x2x5xi8>{{.*}}vib.word = "max_pool"
// CHECK: outs(%{{.*}} : tensor<8x2x2x5xf32>) attrs = {{.*}}vib.word = "relu"
// The other one has two readers.
// CHECK: outs(%{{.*}} : tensor<8x2x2x5xf32>) attrs = {{.*}}vib.word = "relu"
// CHECK: tensor<8x1x1x5xi8>{{.*}}vib.word = "max_pool"
// CHECK-NOT: vib.word = "relu"
// CHECK: vib.word = "relu'"
// CHECK-LABEL: func.func @encode
vib.model @pool(%x: tensor<?x4x4x3xf32>, %y: tensor<?xi32>) {
  %c = vib.conv2d %x @encode.0 kernel(3, 3) channels(5) padding(same) : tensor<?x4x4x3xf32>
  %r = vib.relu %c : tensor<?x4x4x5xf32>
  %m = vib.max_pool %r window(2, 2) : tensor<?x4x4x5xf32>
  %d = vib.conv2d %m @encode.3 kernel(1, 1) channels(5) : tensor<?x2x2x5xf32>
  %t = vib.relu %d : tensor<?x2x2x5xf32>
  %k = vib.max_pool %t window(2, 2) : tensor<?x2x2x5xf32>
  %v = vib.conv2d %t @encode.6 kernel(2, 2) channels(5) : tensor<?x2x2x5xf32>
  %a = vib.add %k, %v : tensor<?x1x1x5xf32>
  %f = vib.flatten %a : tensor<?x1x1x5xf32>
  %s = vib.linear %f @encode.8 [4] : tensor<?x5xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
vib.train @pool batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
