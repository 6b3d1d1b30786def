// Broken if the training step of ToyNet does not become the ten kernels that its design
// describes: no weight gradient is written to memory, and all state is updated in place.
// RUN: vib-opt %source/test/step/toynet-step.mlir --vib-to-fused | FileCheck %s

// CHECK-LABEL: func.func @train_step
// CHECK: vib.kernel "encode.0" ins(%x, %encode.0.weight, %encode.0.bias :
// CHECK-NEXT: arith.constant
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: linalg.contract
// CHECK-NEXT: linalg.generic
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.addf
// CHECK-NEXT: arith.maximumf
// CHECK-NEXT: linalg.yield
// CHECK-NEXT: } -> tensor<100x1024xf32>
// CHECK-NEXT: vib.yield
// CHECK: vib.kernel "encode.2"
// CHECK: vib.kernel "encode.4"
// The contractions of the means and the scales, then everything computed from them.
// CHECK: tensor.extract_slice %encode.4.weight[0, 0] [1024, 256]
// CHECK: linalg.contract
// CHECK: tensor.extract_slice %encode.4.weight[0, 256] [1024, 256]
// CHECK: linalg.contract
// CHECK: linalg.generic
// CHECK: vib.noise train
// CHECK: linalg.generic {{.*}}iterator_types = ["parallel", "reduction"]
// CHECK: vib.kernel "decode" ins({{.*}}%decode.0.weight
// CHECK: linalg.contract
// CHECK: arith.maximumf
// CHECK: math.exp
// CHECK: linalg.contract
// CHECK: tensor.insert_slice
// CHECK: tensor.insert_slice
// CHECK: %decode.0.weight_{{.*}} = vib.kernel "decode.grad"
// CHECK: vib.kernel "encode.4.in"
// CHECK: linalg.contract
// CHECK-NEXT: linalg.generic
// CHECK: vib.kernel "encode.4.grad" ins(
// CHECK-SAME: outs(%encode.4.weight, %encode.4.weight.m, %encode.4.weight.v, %encode.4.weight.a, %encode.4.bias, %encode.4.bias.m, %encode.4.bias.v, %encode.4.bias.a :
// CHECK: linalg.contract
// CHECK: math.sqrt
// CHECK: math.sqrt
// CHECK: vib.kernel "encode.2.in"
// CHECK: vib.kernel "encode.2.grad"
// CHECK: vib.kernel "encode.0.grad"
// CHECK-NOT: vib.kernel
// CHECK: return
