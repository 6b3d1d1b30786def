// Broken if a form of vib.concat, vib.slice or vib.reshape is not read, or is printed with
// another meaning.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s
// RUN: vib-opt %s --mlir-print-op-generic | vib-opt | FileCheck %s

func.func @rows(%a: tensor<?x8xf32>, %b: tensor<?x3xf32>) {
  // CHECK: vib.concat %arg0, %arg1 : tensor<?x8xf32>, tensor<?x3xf32> -> tensor<?x11xf32>
  %0 = vib.concat %a, %b : tensor<?x8xf32>, tensor<?x3xf32>
  // CHECK: vib.concat %arg0, %arg1, %arg0 : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x8xf32> -> tensor<?x19xf32>
  %1 = vib.concat %a, %b, %a : tensor<?x8xf32>, tensor<?x3xf32>, tensor<?x8xf32> -> tensor<?x19xf32>
  // CHECK: vib.slice %arg0 [2 : 8] : tensor<?x8xf32> -> tensor<?x6xf32>
  %2 = vib.slice %a [2:8] : tensor<?x8xf32>
  // CHECK: vib.slice %arg0 [0 : 1] : tensor<?x8xf32> -> tensor<?x1xf32>
  %3 = vib.slice %a [0 : 1] : tensor<?x8xf32> -> tensor<?x1xf32>
  // CHECK: vib.reshape %arg0 : tensor<?x8xf32> -> tensor<?x2x4xf32>
  %4 = vib.reshape %a [2, 4] : tensor<?x8xf32>
  // CHECK: vib.reshape %arg0 channels_first : tensor<?x8xf32> -> tensor<?x2x1x4xf32>
  %5 = vib.reshape %a channels_first [2, 1, 4] : tensor<?x8xf32>
  // CHECK: vib.reshape {{.*}} : tensor<?x2x4xf32> -> tensor<?x8xf32>
  %6 = vib.reshape %4 : tensor<?x2x4xf32> -> tensor<?x8xf32>
  return
}

func.func @images(%a: tensor<?x4x6x8xf64>, %b: tensor<?x4x6x3xf64>, %c: tensor<?x3x4x6xf64>) {
  // CHECK: vib.concat %arg0, %arg1 : tensor<?x4x6x8xf64>, tensor<?x4x6x3xf64> -> tensor<?x4x6x11xf64>
  %0 = vib.concat %a, %b : tensor<?x4x6x8xf64>, tensor<?x4x6x3xf64>
  // CHECK: vib.slice %arg0 [3 : 5] : tensor<?x4x6x8xf64> -> tensor<?x4x6x2xf64>
  %1 = vib.slice %a [3 : 5] : tensor<?x4x6x8xf64>
  // CHECK: vib.reshape %arg2 channels_first : tensor<?x3x4x6xf64> -> tensor<?x4x6x3xf64>
  %2 = vib.reshape %c channels_first : tensor<?x3x4x6xf64> -> tensor<?x4x6x3xf64>
  return
}
