// Broken if the expanded noise computes wrong numbers: it must give the known answers of
// Philox4x32-10 for a counter and key of zeros and of ones, and the same bits on vectors
// as on scalars.
// RUN: vib-opt %s -vib-expand-noise -convert-vector-to-scf -convert-scf-to-cf \
// RUN:   -convert-math-to-llvm -convert-vector-to-llvm -convert-arith-to-llvm \
// RUN:   -convert-cf-to-llvm -convert-func-to-llvm -reconcile-unrealized-casts \
// RUN: | mlir-runner -e main -entry-point-result=void \
// RUN:     -shared-libs=%llvm/../lib/libmlir_c_runner_utils.so | FileCheck %s

func.func private @printF32(f32)
func.func private @printI64(i64)
func.func private @printNewline()

func.func @main() {
  %zero64 = arith.constant 0 : i64
  %zero32 = arith.constant 0 : i32
  %ones64 = arith.constant -1 : i64
  %ones32 = arith.constant -1 : i32

  // Philox gives 6627e8d5 e169c58d: u1 = 0.399046, u2 = 0.880519.
  // CHECK: 0.991138
  // CHECK-NEXT: 1065204528
  %a = vib.noise train %zero64, %zero64, %zero32, %zero32, %zero32 : (i64, i64, i32, i32, i32) -> f32
  func.call @printF32(%a) : (f32) -> ()
  func.call @printNewline() : () -> ()
  %abits = arith.bitcast %a : f32 to i32
  %a64 = arith.extui %abits : i32 to i64
  func.call @printI64(%a64) : (i64) -> ()
  func.call @printNewline() : () -> ()

  // Philox gives 408f276d 41c83b0e: -0.0725807622 as f32.
  // CHECK-NEXT: 3180635449
  %b = vib.noise evaluate %ones64, %ones64, %ones32, %ones32, %ones32 : (i64, i64, i32, i32, i32) -> f32
  %bbits = arith.bitcast %b : f32 to i32
  %b64 = arith.extui %bbits : i32 to i64
  func.call @printI64(%b64) : (i64) -> ()
  func.call @printNewline() : () -> ()

  // 0.923898 and -0.320339 by the reference, test/tools/vib_random.py.
  // CHECK-NEXT: 1064076444
  %g = vib.noise train_gumbel %zero64, %zero64, %zero32, %zero32, %zero32 : (i64, i64, i32, i32, i32) -> f32
  %gbits = arith.bitcast %g : f32 to i32
  %g64 = arith.extui %gbits : i32 to i64
  func.call @printI64(%g64) : (i64) -> ()
  func.call @printNewline() : () -> ()
  // CHECK-NEXT: 3198419840
  %h = vib.noise evaluate_gumbel %ones64, %ones64, %ones32, %ones32, %ones32 : (i64, i64, i32, i32, i32) -> f32
  %hbits = arith.bitcast %h : f32 to i32
  %h64 = arith.extui %hbits : i32 to i64
  func.call @printI64(%h64) : (i64) -> ()
  func.call @printNewline() : () -> ()

  // Count the lanes of vectors, among 4096 numbers, that differ from the scalars.
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = arith.constant 256 : index
  %lanes = arith.constant 16 : index
  %seed = arith.constant 0x123456789ABCDEF : i64
  %step = arith.constant 77 : i64
  %sample = arith.constant 3 : i32
  %iota = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
  %differ = scf.for %i = %c0 to %rows step %c1 iter_args(%count = %zero64) -> (i64) {
    %row = arith.index_cast %i : index to i32
    %vector = vib.noise train %seed, %step, %sample, %row, %iota : (i64, i64, i32, i32, vector<16xi32>) -> vector<16xf32>
    %vbits = arith.bitcast %vector : vector<16xf32> to vector<16xi32>
    %inner = scf.for %j = %c0 to %lanes step %c1 iter_args(%n = %count) -> (i64) {
      %latent = arith.index_cast %j : index to i32
      %scalar = vib.noise train %seed, %step, %sample, %row, %latent : (i64, i64, i32, i32, i32) -> f32
      %sbits = arith.bitcast %scalar : f32 to i32
      %lane = vector.extract %vbits[%j] : i32 from vector<16xi32>
      %ne = arith.cmpi ne, %lane, %sbits : i32
      %one = arith.extui %ne : i1 to i64
      %sum = arith.addi %n, %one : i64
      scf.yield %sum : i64
    }
    scf.yield %inner : i64
  }
  // CHECK-NEXT: differ 0
  vector.print str "differ "
  func.call @printI64(%differ) : (i64) -> ()
  func.call @printNewline() : () -> ()
  return
}
