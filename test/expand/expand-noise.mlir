// RUN: vib-opt %s -vib-expand-noise | FileCheck %s

// Broken if expansion creates more operations than needed: Philox4x32-10 has twenty
// products, and of the last round's second product only the low half is used.
// CHECK-LABEL: func @scalar
// CHECK-NOT:     vector<
// CHECK-COUNT-20: arith.mului_extended {{.*}} : i32
// CHECK-NOT:     arith.mului_extended
// CHECK:         math.sqrt
// CHECK-NOT:     fastmath
// CHECK-NOT:     vib.noise
func.func @scalar(%seed: i64, %step: i64, %sample: i32, %row: i32, %latent: i32) -> f32 {
  %e = vib.noise train %seed, %step, %sample, %row, %latent : (i64, i64, i32, i32, i32) -> f32
  return %e : f32
}

// Values that do not vary are computed once, on scalars: in the first round only the
// product of the latent is a vector.
// CHECK-LABEL: func @mixed
// CHECK:         arith.mului_extended {{.*}} : vector<5xi32>
// CHECK-NEXT:    arith.constant
// CHECK:         arith.mului_extended {{.*}} : i32
// CHECK:         math.sqrt {{.*}} : vector<5xf32>
func.func @mixed(%seed: i64, %step: i64, %sample: i32, %row: i32, %latent: vector<5xi32>) -> vector<5xf32> {
  %e = vib.noise evaluate %seed, %step, %sample, %row, %latent : (i64, i64, i32, i32, vector<5xi32>) -> vector<5xf32>
  return %e : vector<5xf32>
}
