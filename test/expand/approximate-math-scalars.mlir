// Broken if a math function of an f32 scalar is left on a GPU, where there is no C library:
// scalars get the polynomials that vectors get on the CPU.
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
