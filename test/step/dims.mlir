// Broken if an op of the step does not name the dimensions of its loops, in the order of
// its loops.
// RUN: vib-opt %models/samples.mlir -vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step(
// CHECK: linalg.contract {{.*}} {vib.dims = ["rows", "features", "inputs"], vib.label = "encode.0"}
// CHECK: linalg.generic {{.*}} {vib.dims = ["rows", "features"], vib.label = "encode.0", vib.word = "bias"}
// CHECK: linalg.generic {{.*}} {vib.dims = ["rows", "latents"], {{.*}} vib.word = "softplus"}
// CHECK: linalg.generic {{.*}} {vib.dims = ["samples", "rows", "latents"], {{.*}} vib.word = "noise"}
// CHECK: linalg.contract {{.*}} {vib.dims = ["samples", "rows", "features", "inputs"], vib.label = "decode.0"}
// CHECK: linalg.generic {{.*}} {vib.dims = ["rows", "samples"], {{.*}} vib.word = "cross-entropy"}
// CHECK: linalg.contract {{.*}} {vib.dims = ["inputs", "features", "samples", "rows"], vib.label = "decode.2.grad"}
// CHECK: linalg.generic {{.*}} {vib.dims = ["rows", "latents", "samples"], {{.*}} vib.word = "noise'"}
