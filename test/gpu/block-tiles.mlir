// How kernels are cut: mostly contractions into tiles of the result, the others by rows,
// each row a block where there are few; draws one by one. Broken if a decoder is left to
// a few blocks, or a kernel of rows is cut along its columns.
// RUN: vibc %examples/toynet/toynet.mlir --target=cuda --emit=kernels --explain -o %t.mlir | FileCheck %s
// RUN: vibc %models/thousand.mlir --batch=64 --target=cuda --emit=kernels --explain -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=THOUSAND

// CHECK: scale 100 128 0
// 100 x 1024 in tiles of 32 x 32, and 64 x 64 of a weight's gradient.
// CHECK: encode.0 {{[0-9]+}} 128
// One row a block, and one block for the sum of the rates.
// CHECK: encode.4.combine + decode 101 128
// CHECK: evaluate
// CHECK: decode 100 128

// THOUSAND: train_step:
// THOUSAND: decode.2.rows 64 128
