// Broken if normalizations, dropout or the numbers of activations are not printed as they are
// written.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s
// RUN: vib-opt %s --mlir-print-op-generic | vib-opt | FileCheck %s

// CHECK-LABEL: @norms(
func.func @norms(%x: tensor<?x4xf32>, %image: tensor<?x3x2x4xf64>) {
  // CHECK-NEXT: vib.dropout %{{.*}} p(0.5) : tensor<?x4xf32>
  %a = vib.dropout %x p(0.5) : tensor<?x4xf32>
  // CHECK-NEXT: vib.dropout %{{.*}} p(0.0) : tensor<?x3x2x4xf64>
  %b = vib.dropout %image p(0) : tensor<?x3x2x4xf64>
  // CHECK-NEXT: vib.layer_norm %{{.*}} @encode.1 : tensor<?x4xf32>
  %c = vib.layer_norm %x @encode.1 eps(1.0e-5) : tensor<?x4xf32>
  // CHECK-NEXT: vib.layer_norm %{{.*}} @encode.2 eps(0.001) : tensor<?x3x2x4xf64>
  %d = vib.layer_norm %image @encode.2 eps(1e-3) : tensor<?x3x2x4xf64>
  // CHECK-NEXT: vib.batch_norm %{{.*}} @encode.3 : tensor<?x4xf32>
  %e = vib.batch_norm %x @encode.3 : tensor<?x4xf32>
  // CHECK-NEXT: vib.batch_norm %{{.*}} @encode.4 eps(0.001) momentum(0.01) : tensor<?x3x2x4xf64>
  %f = vib.batch_norm %image @encode.4 eps(1e-3) momentum(1e-2) : tensor<?x3x2x4xf64>
  // CHECK-NEXT: vib.batch_norm %{{.*}} @encode.5 momentum(1.0) : tensor<?x3x2x4xf64>
  %g = vib.batch_norm %image @encode.5 momentum(1) : tensor<?x3x2x4xf64>
  return
}

// CHECK-LABEL: @activations(
func.func @activations(%x: tensor<?x4xf32>) {
  // CHECK-NEXT: vib.leaky_relu %{{[^ ]*}} : tensor<?x4xf32>
  %a = vib.leaky_relu %x slope(1.0e-2) : tensor<?x4xf32>
  // CHECK-NEXT: vib.leaky_relu %{{[^ ]*}} slope(0.2) : tensor<?x4xf32>
  %b = vib.leaky_relu %x slope(0.2) : tensor<?x4xf32>
  // CHECK-NEXT: vib.elu %{{[^ ]*}} : tensor<?x4xf32>
  %c = vib.elu %x alpha(1) : tensor<?x4xf32>
  // CHECK-NEXT: vib.elu %{{[^ ]*}} alpha(0.5) : tensor<?x4xf32>
  %d = vib.elu %x alpha(0.5) : tensor<?x4xf32>
  // CHECK-NEXT: vib.silu %{{[^ ]*}} : tensor<?x4xf32>
  %e = vib.silu %x : tensor<?x4xf32>
  // CHECK-NEXT: vib.selu %{{[^ ]*}} : tensor<?x4xf32>
  %f = vib.selu %x : tensor<?x4xf32>
  return
}
