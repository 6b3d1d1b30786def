// Broken if a form of vib.embedding or vib.one_hot is not read, or is printed or stored with
// another meaning.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s

func.func @tokens(%words: tensor<?x20xi32>, %tag: tensor<?xi32>) {
  // CHECK: vib.embedding %arg0 @embed values(1000) : tensor<?x20xi32> -> tensor<?x20x64xf32>
  %a = vib.embedding %words @embed values(1000) [64] : tensor<?x20xi32>
  // CHECK: vib.embedding %arg0 @embed values(7) : tensor<?x20xi32> -> tensor<?x20x3xf64>
  %b = vib.embedding %words @embed values(7) : tensor<?x20xi32> -> tensor<?x20x3xf64>
  // CHECK: vib.embedding %arg1 @tag values(5) : tensor<?xi32> -> tensor<?x2xf32>
  %c = vib.embedding %tag @tag values(5) [2] : tensor<?xi32>
  // CHECK: vib.one_hot %arg0 values(9) : tensor<?x20xi32> -> tensor<?x20x9xf32>
  %d = vib.one_hot %words values(9) : tensor<?x20xi32>
  // CHECK: vib.one_hot %arg1 values(9) : tensor<?xi32> -> tensor<?x9xf64>
  %e = vib.one_hot %tag values(9) : tensor<?xi32> -> tensor<?x9xf64>
  return
}
