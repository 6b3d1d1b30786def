// The table of the kernels: ToyNet's step on two CPUs, and a model whose decoder is too
// large to go by rows. Broken if it says something else than what is emitted.
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused -o %t.mlir
// RUN: vib-opt %t.mlir --vib-plan-arena --vib-explain -o /dev/null 2>&1 | FileCheck %s
// RUN: vib-opt %t.mlir --vib-plan-arena=vector-bits=256 --vib-explain=vector-bits=256 -o /dev/null 2>&1 \
// RUN: | FileCheck %s --check-prefix=AVX2
// RUN: vib-opt %models/thousand.mlir --vib-model --vib-to-step --vib-to-fused --vib-plan-arena --vib-explain \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=THOUSAND
// RUN: not vib-opt %t.mlir --vib-explain -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNPLANNED

// CHECK: train_step: 10 kernels, 1.31 GFLOP, 99.5 MB moved, at least {{.*}}cycles
// CHECK-NEXT: kernel FLOP byte cycles bound units tile layout fused
// 2 * 100 * 784 * 1024 of the contraction, 2 * 100 * 1024 of bias and relu, of which
// 64 take a cycle.
// CHECK-NEXT: encode.0 161 M 3.94 M 2.51 M compute 32 x 32 columns 10 x 2 panels of 32 epilogue: addf; maximumf
// CHECK: decode {{.*}} memory 10 x 10 rows {{.*}} panels of 32
// CHECK: decode.grad {{.*}} optimizer: weight, moment1, moment2, average of decode.0.weight; {{.*}}bias-gradient: the sum over rows
// CHECK-NEXT: encode.4.in {{.*}} 32 x 32 columns dot 2 x 8 panels of 32 epilogue: select
// A share of the registers is the update's.
// CHECK-NEXT: encode.4.grad {{.*}} memory 16 x 32 columns 8 x 2 panels of 32 optimizer
// CHECK-NOT: not fused:
// CHECK: {{^}}cycles: at least, on one thread: 2 multiply-adds of 512 bits and 8 bytes of memory a cycle.

// AVX2: encode.0 161 M 3.94 M 5.02 M compute 64 x 16 columns 5 x 2 panels of 16
// AVX2: encode.4.in {{.*}} dot 2 x 4
// AVX2: multiply-adds of 256 bits

// THOUSAND: decode.2.rows {{.*}} rows - -
// THOUSAND: not fused:
// THOUSAND-NEXT: rows: 'contraction' {{.*}} bytes of weights, more than 262144

// UNPLANNED: expected its tensors to have places: run vib-plan-arena before
