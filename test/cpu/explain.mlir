// The table of the kernels: ToyNet's step on two CPUs, and a model whose decoder is too
// large to go by rows. Broken if it says something else than what is emitted.
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused -o %t.mlir
// RUN: vib-opt %t.mlir --vib-set-machine --vib-choose-tiles --vib-plan-arena --vib-explain -o /dev/null 2>&1 | FileCheck %s
// RUN: vib-opt %t.mlir --vib-set-machine=vector-bits=256 --vib-choose-tiles --vib-plan-arena --vib-explain -o /dev/null 2>&1 \
// RUN: | FileCheck %s --check-prefix=AVX2
// RUN: vib-opt %models/thousand.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine --vib-choose-tiles --vib-plan-arena --vib-explain \
// RUN:   -o /dev/null 2>&1 | FileCheck %s --check-prefix=THOUSAND
// RUN: not vib-opt %t.mlir --vib-explain -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNPLANNED
// RUN: not vib-opt %t.mlir --vib-set-machine --vib-explain -o /dev/null 2>&1 | FileCheck %s --check-prefix=UNTILED
// RUN: not vib-opt %t.mlir --vib-set-machine --vib-choose-tiles --vib-explain -o /dev/null 2>&1 \
// RUN: | FileCheck %s --check-prefix=UNPLACED

// CHECK: train_step: 10 kernels, 1.31 GFLOP, 99.5 MB moved, about {{.*}} M cycles
// CHECK-NEXT: kernel FLOP bytes cycles bound by divided into
// 100 * 784 * 1024 multiply-adds of the contraction, and one instruction each of bias
// and relu. A cycle computes 32.
// CHECK-NEXT: encode.0 161 M 3.94 M 2.52 M compute 32 column blocks
// CHECK-NEXT: {{^}} encode.0: contract(x, encode.0.weight), bias, relu{{$}}
// CHECK-NEXT: fused by epilogue: bias; relu
// CHECK-NEXT: divided into: 32 blocks of 32 columns
// CHECK-NEXT: register tile: 10 rows x 2 vectors
// CHECK-NEXT: largest matrix: in panels of 32 columns
// CHECK: encode.4 {{.*}} compute 8 column blocks
// CHECK-NEXT: encode.4: contract(encode.2, encode.4.weight) as mu | rho, bias, softplus,
// CHECK-NEXT: noise, kl', kl
// CHECK: decode {{.*}} memory 10 row blocks
// CHECK-NEXT: decode.0: contract(z, decode.0.weight), bias, softmax, error,
// CHECK-NEXT: cross-entropy, cross-entropy'
// CHECK-NEXT: decode.0, gradient of its input: contract(dlogits, decode.0.weight^T),
// CHECK: decode.grad {{.*}} row blocks
// CHECK-NEXT: decode.0, gradient of its weights: contract(z^T, dlogits), adam, average,
// CHECK-NEXT: bias gradient
// CHECK-NEXT: optimizer: weight, moment1, moment2, average of decode.0.weight;
// CHECK: encode.4.in {{.*}} 32 column blocks
// CHECK: register tile: dot products of 2 rows and 8 columns
// A share of the registers is the update's.
// CHECK: encode.4.grad {{.*}} memory 16 column blocks
// CHECK: register tile: 8 rows x 2 vectors
// CHECK-NOT: not fused
// CHECK: cycles: an estimate, not a measurement: the longer of the two times that one
// CHECK-NEXT: thread takes if it does 2 instructions (such as multiply-adds) on vectors of 512
// CHECK-NEXT: bits, or if it moves 8 bytes of memory a cycle. Data in a cache moves faster

// AVX2: encode.0 161 M 3.94 M 5.03 M compute 64 column blocks
// AVX2: divided into: 64 blocks of 16 columns
// AVX2-NEXT: register tile: 5 rows x 2 vectors
// AVX2-NEXT: largest matrix: in panels of 16 columns
// AVX2: encode.4.in
// AVX2: register tile: dot products of 2 rows and 4 columns
// AVX2: on vectors of 256

// THOUSAND: decode.2 {{.*}} column blocks
// THOUSAND-NEXT: decode.2: contract(decode.0, decode.2.weight), bias
// THOUSAND-NEXT: not fused with {{.*}}softmax{{.*}} of decode.2:
// THOUSAND-NEXT: each block of rows would read 284000 bytes of weights, more than 262144
// THOUSAND: decode.2.rows {{.*}} row blocks

// UNPLANNED: expected vib.machine to be a #vib.cpu: run vib-set-machine first
// UNTILED: expected vib.loops to name its {{.}} loops
// UNPLACED: expected a memory plan for the kernel's tensors: run vib-plan-arena first
