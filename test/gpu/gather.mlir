// Broken if the kernel that copies a batch from the data set does not copy rows of whole
// words in words, or does not write zeros to rows beyond the batch.
// RUN: vibc %examples/toynet/toynet.mlir --target=cuda --emit=kernels | FileCheck %s
// RUN: vibc %models/odd.mlir --target=cuda --emit=kernels | FileCheck %s --check-prefix=ODD

// CHECK: gpu.func @gather(%{{.*}}: !llvm.ptr {{.*}}, %{{.*}}: !llvm.ptr {{.*}}, %[[ORDER:.*]]: !llvm.ptr {{.*}}, %{{.*}}: memref<{{[0-9]+}}xi8> {llvm.align = 256 : i64, {{.*}}}, %[[STEP:.*]]: memref<216xi8> {llvm.align = 8 : i64, {{.*}}}) kernel
// CHECK-SAME: #vib.kernel_info<"gather", entry = "gather", units = 100, flops = 0.0, bytes = {{.*}}>
// CHECK: %[[ROW:.*]] = gpu.block_id x
// CHECK: %[[INSIDE:.*]] = arith.cmpi slt, %{{.*}}, %{{.*}} : i32
// CHECK: scf.if %[[INSIDE]] -> (i32)
// CHECK: llvm.getelementptr %[[ORDER]]
// CHECK: llvm.load
// 784 bytes are 196 words.
// CHECK: scf.for {{.*}} to %c196 step %c128
// CHECK: scf.if %[[INSIDE]] -> (i32)
// CHECK: llvm.load
// CHECK: else
// CHECK: scf.yield %c0_i32
// CHECK: memref.store {{.*}} : memref<100x196xi32>
// CHECK: memref.store {{.*}} : memref<100x1xi32>
// CHECK: gpu.return
// CHECK: func.func @gather(
// CHECK: gpu.launch_func @kernels::@gather blocks in (%c100, %c1, %c1)

// ODD: gpu.func @gather(
// ODD: gpu.return

// With several inputs there is one array for each, and then one for each target.
// RUN: vibc %models/views.mlir --target=cuda --emit=kernels | FileCheck %s --check-prefix=VIEWS

// VIEWS: gpu.func @gather(%[[IMAGE:.*]]: !llvm.ptr {{.*}}, %[[NUMBER:.*]]: !llvm.ptr {{.*}}, %[[LABEL:.*]]: !llvm.ptr {{.*}}, %[[ORDER:.*]]: !llvm.ptr {{.*}}, %{{.*}}: memref<{{[0-9]+}}xi8> {{.*}}, %{{.*}}: memref<{{[0-9]+}}xi8> {{.*}}) kernel
// VIEWS: llvm.getelementptr %[[ORDER]]
// VIEWS: llvm.getelementptr %[[IMAGE]]
// VIEWS: memref.store {{.*}} : memref<6x6xi8>
// VIEWS: llvm.getelementptr %[[NUMBER]]
// VIEWS: memref.store {{.*}} : memref<6x6xi32>
// VIEWS: llvm.getelementptr %[[LABEL]]
// VIEWS: memref.store {{.*}} : memref<6x1xi32>
// VIEWS: gpu.return
