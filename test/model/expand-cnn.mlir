// Broken if vib.cnn stands for other layers than its description says.
// RUN: vib-opt %s --pass-pipeline="builtin.module(vib.model(vib-expand-cnn))" | FileCheck %s

// CHECK-LABEL: vib.model @network
// CHECK:         [[A:%.*]] = vib.conv2d %x @encode.0 kernel(3, 3) channels(4) padding(same) : tensor<?x6x5x2xf32> -> tensor<?x6x5x4xf32>
// CHECK-NEXT:    [[B:%.*]] = vib.tanh [[A]] : tensor<?x6x5x4xf32>
// CHECK-NEXT:    [[C:%.*]] = vib.max_pool [[B]] window(2, 2) : tensor<?x6x5x4xf32> -> tensor<?x3x2x4xf32>
// CHECK-NEXT:    [[D:%.*]] = vib.conv2d [[C]] @encode.3 kernel(3, 3) channels(8) padding(same) : tensor<?x3x2x4xf32> -> tensor<?x3x2x8xf32>
// CHECK-NEXT:    [[E:%.*]] = vib.tanh [[D]] : tensor<?x3x2x8xf32>
// CHECK-NEXT:    [[F:%.*]] = vib.conv2d [[E]] @encode.5 kernel(3, 3) channels(2) padding(same) : tensor<?x3x2x8xf32> -> tensor<?x3x2x2xf32>
// CHECK-NEXT:    [[G:%.*]] = vib.tanh [[F]] : tensor<?x3x2x2xf32>
// CHECK-NEXT:    vib.flatten [[G]]
vib.model @network(%x: tensor<?x6x5x2xf32>, %y: tensor<?xi32>) {
  %h = vib.cnn %x @encode tanh kernel(3, 3) padding(same) [4, pool, 8, 2] : tensor<?x6x5x2xf32>
  %f = vib.flatten %h : tensor<?x3x2x2xf32>
  %s = vib.linear %f @encode.8 [4] : tensor<?x12xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
