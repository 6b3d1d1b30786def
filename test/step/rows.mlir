// Rows that do not count have no effect: their part of every derivative is 0
// whatever the labels and the inputs there are, and means divide by the rows.
// RUN: vib-opt %models/classes.mlir -vib-to-step | FileCheck %s

// Of the logits.
// CHECK-LABEL: func.func @train_step(
// CHECK:      %[[COUNT:.*]] = arith.sitofp %rows : i32 to f32
// CHECK:      %[[WEIGHT:.*]] = arith.divf %{{.*}}, %[[COUNT]]
// CHECK:      %[[ROW:.*]] = linalg.index 0
// CHECK-NEXT: %[[I:.*]] = arith.index_cast %[[ROW]]
// CHECK-NEXT: %[[COUNTS:.*]] = arith.cmpi slt, %[[I]], %rows
// CHECK-NEXT: %[[PART:.*]] = arith.mulf %{{.*}}, %[[WEIGHT]]
// CHECK:      arith.select %[[COUNTS]], %[[PART]],
// CHECK:      linalg.contract {{.*}} {vib.label = "decode.0.in"}
// Of the rate, by mu and by t.
// CHECK-COUNT-2: arith.divf %beta,
// CHECK:      linalg.contract {{.*}} {vib.label = "encode.4.in"}
// CHECK-NOT:  %rows
// CHECK:      return
