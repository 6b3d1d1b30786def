// Broken if kernels are not divided as intended: most contractions into tiles of the result,
// other kernels by rows (one row for each block if there are few), and samples one by one. A
// decoder must not be left to a few blocks, nor a kernel of rows be divided along columns.
// RUN: vibc %examples/toynet/toynet.mlir --target=cuda --emit=kernels --explain -o %t.mlir | FileCheck %s
// RUN: vibc %models/thousand.mlir --batch=64 --target=cuda --emit=kernels --explain -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=THOUSAND
// RUN: vibc %examples/toynet/toynet.mlir --batch=16384 --target=cuda --emit=kernels --explain -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=LARGE

// CHECK: scale 100 128 0
// For each kernel: blocks, threads, and bytes of shared memory, so that a jump is noticed.
// CHECK: train_step: 7 launches
// CHECK: encode.0 96 128 36864
// CHECK: encode.2 96 128 36864
// CHECK: encode.4 64 128 32768
// One row for each block, and one block for the sum of the rates.
// CHECK: encode.4.combine + decode 101 128 1056
// CHECK: decode.grad + encode.4.in 104 128 36864
// CHECK: encode.4.grad + encode.2.in 200 128 73728
// CHECK: encode.2.grad + encode.0.grad 312 128 73728
// CHECK: evaluate
// CHECK: decode 100 128 1096

// As many rows for each block as leave room for a second block: 48 KiB of scratch and padding.
// LARGE: evaluate
// LARGE: decode 357 128 50416

// THOUSAND: train_step:
// THOUSAND: decode.2.rows 64 128
