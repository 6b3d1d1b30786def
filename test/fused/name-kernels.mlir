// RUN: vib-opt %s --vib-name-kernels | FileCheck %s

// Broken if kernels do not get unique names: the two layers of the encoder keep their
// numbers, the only layer of the decoder loses its number, and kernels with the same label
// get suffixes.
// CHECK-LABEL: func.func @train_step
// CHECK: "encode.0"
// CHECK: "encode.2"
// CHECK: "decode"
// CHECK: "decode.map"
// CHECK: "decode.map.1"
// CHECK: "decode.in"
// CHECK: "encode.2.grad"
func.func @train_step(%x: tensor<4xf32>) {
  %e = tensor.empty() : tensor<4xf32>
  %0 = vib.kernel "encode.0" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %1 = vib.kernel "encode.2" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %2 = vib.kernel "decode.0" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %3 = vib.kernel "decode.0" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %4 = vib.kernel "decode.0" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %5 = vib.kernel "decode.0.in" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  %6 = vib.kernel "encode.2.grad" outs(%e as %o : tensor<4xf32>) { vib.yield %o : tensor<4xf32> } -> tensor<4xf32>
  return
}
