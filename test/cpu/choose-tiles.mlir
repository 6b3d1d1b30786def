// Broken if a choice of vib-choose-tiles is not written on the kernel, its contractions or
// the ops that they compute, or if loops of one axis get different names.

// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine \
// RUN:   --vib-choose-tiles -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused \
// RUN:   --vib-set-machine=vector-bits=256 --vib-choose-tiles | FileCheck %s --check-prefix=AVX2
// RUN: vib-opt %models/thousand.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine --vib-choose-tiles \
// RUN: | FileCheck %s --check-prefix=INNER

// CHECK: vib.machine = #vib.cpu<vector_bits = 512, bf16 = false>
// CHECK: vib.kernel "scale" {{.*}} attributes {unit = #vib.tile<"m", 10>
// CHECK-LABEL: func.func @train_step

// A forward contraction is divided by the columns of its weight.
// CHECK: vib.kernel "encode.0" {{.*}} attributes {unit = #vib.tile<"n", 32>
// CHECK: linalg.fill {vib.folded, vib.loops = ["m", "n"]}
// CHECK: linalg.contract {{.*}}vib.contraction = #vib.contraction<[<100 x 32 x 784, columns 10 x 2>] reader = epilogue>
// CHECK-SAME: vib.loops = ["m", "n", "k"]
// CHECK: linalg.generic {{.*}}vib.loops = ["m", "n"]

// The decoder is divided by the rows of the batch.
// CHECK: vib.kernel "decode" {{.*}} attributes {unit = #vib.tile<"m", 10>

// The optimizer runs on a tile of the gradient while the next one is computed.
// CHECK: vib.kernel "decode.grad" {{.*}} attributes {unit = #vib.tile<"m", 32>
// CHECK: vib.contraction = #vib.contraction<[<32 x 10 x 100, columns 16 x 1>] reader = interleaved>

// The lanes of an input gradient are terms of its sum.
// CHECK: vib.kernel "encode.4.in"
// CHECK: vib.contraction = #vib.contraction<[<100 x 32 x 512, dot 2 x 8>]>

// Half the registers, half as wide.
// AVX2: vib.machine = #vib.cpu<vector_bits = 256, bf16 = false>
// AVX2: vib.kernel "encode.0" {{.*}} attributes {unit = #vib.tile<"n", 16>
// AVX2: vib.contraction = #vib.contraction<[<100 x 16 x 784, columns {{[0-9]+}} x 2>] reader = epilogue>

// INNER: unit = #vib.tile
