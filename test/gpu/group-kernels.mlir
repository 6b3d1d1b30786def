// Broken if independent kernels do not share a launch, if a combination of partial results
// does not share a launch with the kernels that come next, or if a kernel that reads a weight
// could run together with its update.
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused --vib-choose-block-tiles --vib-group-kernels \
// RUN: | grep -oE 'func.func @[a-z_]*|vib.kernel "[a-z0-9.]*"|launch = [0-9]*|combine_launch = [0-9]*' \
// RUN: | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: vib.kernel "encode.0"
// CHECK-NEXT: launch = 0
// CHECK: vib.kernel "encode.2"
// CHECK-NEXT: launch = 1
// The rate is a partial result of each tile of columns, which decode does not read.
// CHECK: vib.kernel "encode.4"
// CHECK-NEXT: combine_launch = 3
// CHECK-NEXT: launch = 2
// CHECK: vib.kernel "decode"
// CHECK-NEXT: launch = 3
// CHECK: vib.kernel "decode.grad"
// CHECK-NEXT: launch = 4
// CHECK: vib.kernel "encode.4.in"
// CHECK-NEXT: launch = 4
// It updates a weight that encode.4.in reads.
// CHECK: vib.kernel "encode.4.grad"
// CHECK-NEXT: launch = 5
// CHECK: vib.kernel "encode.2.in"
// CHECK-NEXT: launch = 5
// CHECK: vib.kernel "encode.2.grad"
// CHECK-NEXT: launch = 6
// CHECK: vib.kernel "encode.0.grad"
// CHECK-NEXT: launch = 6
