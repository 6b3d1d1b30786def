// The table of the kernels: ToyNet's step, and a model whose decoder is too
// large to go by rows.
// RUN: vib-opt %source/test/step/toynet-step.mlir --vib-to-fused --vib-explain -o /dev/null 2>&1 | FileCheck %s
// RUN: vib-opt %models/thousand.mlir --vib-model --vib-to-step --vib-to-fused --vib-explain -o /dev/null 2>&1 | FileCheck %s --check-prefix=THOUSAND

// CHECK: train_step: 10 kernels, 1.31 GFLOP, 99.5 MB moved
// CHECK-NEXT: kernel {{.*}}FLOP {{.*}}byte {{.*}}FLOP/byte {{.*}}bound {{.*}}fused
// 2 * 100 * 784 * 1024 of the contraction, 2 * 100 * 1024 of bias and relu.
// CHECK-NEXT: encode.0 {{ *}}161 M {{ *}}3.94 M {{ *}}40.8 {{ *}}compute {{ *}}epilogue: addf; maximumf
// CHECK: decode.grad {{.*}}memory {{ *}}optimizer: weight, moment1, moment2, average of decode.0.weight; {{.*}}bias-gradient: the sum over rows
// CHECK-NOT: not fused
// CHECK: bound by compute from 8 FLOP a byte on

// THOUSAND: not fused:
// THOUSAND-NEXT: rows: 'contraction' {{.*}} bytes of weights, more than 262144
