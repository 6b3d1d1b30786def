// Broken if a layer at several positions is not built as one contraction that keeps them,
// or if its gradient does not sum over them.
// RUN: vib-opt %models/positions.mlir -vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step(%x: tensor<5x12xf32>
// CHECK: linalg.contract {{.*}} {vib.dims = ["rows", "positions", "features", "inputs"], vib.label = "encode.0.0"} {{.*}} -> tensor<5x3x5xf32>
// CHECK: linalg.generic {{.*}} {vib.dims = ["rows", "positions", "features"], vib.label = "encode.1", vib.word = "tanh"}
// CHECK: linalg.contract {{.*}} {vib.dims = ["rows", "features", "inputs"], vib.label = "encode.2"} {{.*}} -> tensor<5x6xf32>
// CHECK: linalg.contract {{.*}} {vib.dims = ["rows", "positions", "inputs", "features"], vib.label = "encode.1.in"} {{.*}} -> tensor<5x3x4xf32>
// CHECK: linalg.contract {{.*}} {vib.dims = ["inputs", "features", "rows", "positions"], vib.label = "encode.1.grad"} {{.*}} -> tensor<4x6xf32>
