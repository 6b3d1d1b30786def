// Broken if arithmetic on bf16 is left to LLVM, whose X86 backend does not support it for
// all widths, or if a whole register is not rounded by its instruction.
// RUN: vib-opt %s --vib-expand-rounding | FileCheck %s --check-prefixes=CHECK,INTEGERS
// RUN: vib-opt %s --vib-expand-rounding=bf16 | FileCheck %s --check-prefixes=CHECK,REGISTER

// CHECK-LABEL: @round
// CHECK-NOT: arith.truncf %{{.*}} f32
func.func @round(%a: f32, %b: vector<5xf32>) -> (bf16, vector<5xbf16>) {
  // CHECK: arith.cmpf une
  // CHECK: arith.shrui
  // CHECK: arith.trunci
  %r = arith.truncf %a : f32 to bf16
  %s = arith.truncf %b : vector<5xf32> to vector<5xbf16>
  return %r, %s : bf16, vector<5xbf16>
}

// CHECK-LABEL: @register
func.func @register(%a: vector<16xf32>) -> vector<16xbf16> {
  // INTEGERS: arith.shrui
  // REGISTER-NOT: arith.shrui
  // REGISTER: x86vector.avx512.cvt.packed.f32_to_bf16 %{{.*}} : vector<16xf32> -> vector<16xbf16>
  %r = arith.truncf %a : vector<16xf32> to vector<16xbf16>
  return %r : vector<16xbf16>
}

// CHECK-LABEL: @extend
func.func @extend(%a: vector<16xbf16>) -> vector<16xf32> {
  // CHECK: arith.bitcast %{{.*}} : vector<16xbf16> to vector<16xi16>
  // CHECK: arith.extui
  // CHECK: arith.shli
  %r = arith.extf %a : vector<16xbf16> to vector<16xf32>
  return %r : vector<16xf32>
}
