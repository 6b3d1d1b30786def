// Broken if layers do not keep the dimensions between the batch and the last one, in what
// they print and in the types that they infer.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s

// CHECK-LABEL: func.func @layers
// CHECK: vib.linear %{{.*}} @a : tensor<?x10x64xf32> -> tensor<?x10x32xf32>
// CHECK: vib.tanh %{{.*}} : tensor<?x10x32xf32>
// CHECK: vib.add %{{.*}}, %{{.*}} : tensor<?x10x32xf32>
// CHECK: vib.mlp %{{.*}} @b relu [8, 4] : tensor<?x10x32xf32> -> tensor<?x10x4xf32>
// CHECK: vib.flatten %{{.*}} : tensor<?x10x4xf32> -> tensor<?x40xf32>
func.func @layers(%x: tensor<?x10x64xf32>) -> tensor<?x40xf32> {
  %0 = vib.linear %x @a [32] : tensor<?x10x64xf32>
  %1 = vib.tanh %0 : tensor<?x10x32xf32>
  %2 = vib.add %0, %1 : tensor<?x10x32xf32>
  %3 = vib.mlp %2 @b relu [8, 4] : tensor<?x10x32xf32>
  %4 = vib.flatten %3 : tensor<?x10x4xf32>
  return %4 : tensor<?x40xf32>
}

// CHECK-LABEL: func.func @scale
// CHECK: vib.scale %{{.*}} to [0.0, 1.0] : tensor<?x28x28x3xui8> -> tensor<?x28x28x3xf32>
func.func @scale(%x: tensor<?x28x28x3xui8>) -> tensor<?x28x28x3xf32> {
  %0 = vib.scale %x to [0.0, 1.0] : tensor<?x28x28x3xui8> -> tensor<?x28x28x3xf32>
  return %0 : tensor<?x28x28x3xf32>
}
