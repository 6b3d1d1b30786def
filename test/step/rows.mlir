// Broken if rows beyond the number of valid rows have an effect: their part of every
// derivative must be 0 whatever labels and inputs they have, and means divide by the number
// of valid rows.
// RUN: vib-opt %models/classes.mlir -vib-to-step | FileCheck %s

// The derivative with respect to the logits.
// CHECK-LABEL: func.func @train_step(
// CHECK:      %[[COUNT:.*]] = arith.sitofp %total_rows : i32 to f32
// CHECK:      %[[WEIGHT:.*]] = arith.divf %{{.*}}, %[[COUNT]]
// CHECK:      %[[ROW:.*]] = linalg.index 0
// CHECK-NEXT: %[[I:.*]] = arith.index_cast %[[ROW]]
// CHECK-NEXT: %[[COUNTS:.*]] = arith.cmpi slt, %[[I]], %rows
// CHECK-NEXT: %[[PART:.*]] = arith.mulf %{{.*}}, %[[WEIGHT]]
// CHECK:      arith.select %[[COUNTS]], %[[PART]],
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0.in"}
// The derivatives of the rate with respect to mu and t.
// CHECK-COUNT-2: arith.divf %beta,
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4.in"}
// CHECK-NOT:  %rows
// CHECK:      return
