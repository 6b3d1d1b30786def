// Broken if vib.mlp does not become linear layers and activations with the names of its layers.
// RUN: vib-opt %s --pass-pipeline="builtin.module(vib.model(vib-expand-mlp))" | FileCheck %s

// CHECK-LABEL: vib.model @m
// CHECK-NOT:     vib.mlp
// CHECK:         [[H0:%.*]] = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x6xf32>
// CHECK-NEXT:    [[A0:%.*]] = vib.relu [[H0]] : tensor<?x6xf32>
// CHECK-NEXT:    [[H1:%.*]] = vib.linear [[A0]] @encode.2 : tensor<?x6xf32> -> tensor<?x4xf32>
// CHECK-NEXT:    [[A1:%.*]] = vib.relu [[H1]] : tensor<?x4xf32>
// CHECK-NEXT:    vib.normal [[A1]]
// CHECK-DAG:     vib.tanh
// CHECK-DAG:     vib.sigmoid
// CHECK-DAG:     vib.gelu
// CHECK-DAG:     vib.softplus
// CHECK-DAG:     vib.leaky_relu %{{[^ ]*}} :
// CHECK-DAG:     vib.elu %{{[^ ]*}} :
// CHECK-DAG:     vib.silu
// CHECK-DAG:     vib.selu
vib.model @m(%image: tensor<?x8xui8>, %y: tensor<?xi32>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x8xui8>
  %h = vib.mlp %x @encode relu [6, 4] : tensor<?x8xf32>
  %q = vib.normal %h softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %0 = vib.mlp %z @a tanh [2] : tensor<?x2xf32>
  %1 = vib.mlp %0 @b sigmoid [2] : tensor<?x2xf32>
  %2 = vib.mlp %1 @c gelu [2] : tensor<?x2xf32>
  %3 = vib.mlp %2 @d softplus [3] : tensor<?x2xf32>
  %4 = vib.mlp %3 @e leaky_relu [3] : tensor<?x3xf32>
  %5 = vib.mlp %4 @f elu [3] : tensor<?x3xf32>
  %6 = vib.mlp %5 @g silu [3] : tensor<?x3xf32>
  %7 = vib.mlp %6 @h selu [3] : tensor<?x3xf32>
  %p = vib.categorical %7 : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
