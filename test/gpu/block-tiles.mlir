// How kernels are cut: mostly contractions into tiles of the result, the others by rows,
// each row a block where there are few; draws one by one. Broken if a decoder is left to
// a few blocks, or a kernel of rows is cut along its columns.
// RUN: vibc %examples/toynet/toynet.mlir --target=cuda --emit=kernels --explain -o %t.mlir | FileCheck %s
// RUN: vibc %models/thousand.mlir --batch=64 --target=cuda --emit=kernels --explain -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=THOUSAND
// RUN: vibc %examples/toynet/toynet.mlir --batch=16384 --target=cuda --emit=kernels --explain -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=LARGE

// CHECK: scale 100 128 0
// Of each: blocks, threads, and bytes of shared memory, whose jump shall be seen.
// CHECK: train_step: 7 launches
// CHECK: encode.0 96 128 36864
// CHECK: encode.2 96 128 36864
// CHECK: encode.4 64 128 32768
// One row a block, and one block for the sum of the rates.
// CHECK: encode.4.combine + decode 101 128 1056
// CHECK: decode.grad + encode.4.in 104 128 36864
// CHECK: encode.4.grad + encode.2.in 200 128 73728
// CHECK: encode.2.grad + encode.0.grad 312 128 73728
// CHECK: evaluate
// CHECK: decode 100 128 1096

// As many rows a block as leave room for a second one, 48 KiB of scratch and padding.
// LARGE: evaluate
// LARGE: decode 357 128 50416

// THOUSAND: train_step:
// THOUSAND: decode.2.rows 64 128
