// On a GPU a thread is a lane: scalars of f32 get the polynomials of the CPU's vectors.
// Broken if a call of a library, which a GPU program does not have, is left.
// RUN: vib-opt %s --vib-approximate-math=scalars=true | FileCheck %s
// RUN: vib-opt %s --vib-approximate-math | FileCheck %s --check-prefix=CPU

// CHECK-LABEL: func.func @functions
// CHECK-NOT: math.{{exp|log|tanh|erf}}
// CHECK: math.fma
// CHECK: return
// CPU-LABEL: func.func @functions
// CPU: math.exp
// CPU: math.log
// CPU: math.log1p
// CPU: math.tanh
// CPU: math.erf
func.func @functions(%x: f32) -> (f32, f32, f32, f32, f32) {
  %a = math.exp %x : f32
  %b = math.log %x : f32
  %c = math.log1p %x : f32
  %d = math.tanh %x : f32
  %e = math.erf %x : f32
  return %a, %b, %c, %d, %e : f32, f32, f32, f32, f32
}
