// Broken if kernels are not divided as intended: most contractions into tiles of the result,
// other kernels by rows (one row for each block if there are few), and samples one by one. A
// decoder must not be left to a few blocks, nor a kernel of rows be divided along columns.
// RUN: vibc %examples/toynet/toynet.mlir --target=cuda --emit=kernels --explain=full -o %t.mlir | FileCheck %s
// RUN: vibc %models/thousand.mlir --batch=64 --target=cuda --emit=kernels --explain=full -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=THOUSAND
// RUN: vibc %examples/toynet/toynet.mlir --batch=16384 --target=cuda --emit=kernels --explain=full -o %t.mlir \
// RUN: | FileCheck %s --check-prefix=LARGE

// CHECK: {{^}} scale {{.*}} 100 blocks
// CHECK: each block: 128 threads, 0 bytes
// For each kernel: blocks, threads, and bytes of shared memory, so that a jump is noticed.
// CHECK: train_step: 7 launches
// CHECK: {{^}} encode.0 {{.*}} 96 blocks
// CHECK: each block: 128 threads, 36864 bytes
// CHECK: {{^}} encode.2 {{.*}} 96 blocks
// CHECK: each block: 128 threads, 36864 bytes
// CHECK: {{^}} encode.4 {{.*}} 64 blocks
// CHECK: each block: 128 threads, 32768 bytes
// One row for each block, and one block for the sum of the rates.
// CHECK: {{^}} encode.4.combine + decode {{.*}} 101 blocks
// CHECK: each block: 128 threads, 1056 bytes
// CHECK: {{^}} decode.grad + encode.4.in {{.*}} 104 blocks
// CHECK: each block: 128 threads, 36864 bytes
// CHECK: {{^}} encode.4.grad + encode.2.in {{.*}} 200 blocks
// CHECK: each block: 128 threads, 73728 bytes
// CHECK: {{^}} encode.2.grad + encode.0.grad {{.*}} 312 blocks
// CHECK: each block: 128 threads, 73728 bytes
// CHECK: evaluate
// CHECK: {{^}} decode {{.*}} 100 blocks
// CHECK: each block: 128 threads, 1096 bytes

// As many rows for each block as leave room for a second block: 48 KiB of scratch and padding.
// LARGE: evaluate
// LARGE: {{^}} decode {{.*}} 357 blocks
// LARGE: each block: 128 threads, 50416 bytes

// THOUSAND: train_step:
// THOUSAND: {{^}} decode.2.rows {{.*}} 64 blocks
// THOUSAND: each block: 128 threads,
