// Broken if the stand-in misreads the PTX ISA. The emitter of this project could share its
// misreading, but MLIR's own lowering of vectors and of nvgpu would not. CudaDriverTest
// compares the results with closed forms. Inputs/mlir.ptx is the output of these commands.
//
// RUN: mlir-opt %s -convert-nvgpu-to-nvvm -convert-vector-to-scf \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx70 cubin-format=isa" \
// RUN:   -o %t.mlir
// RUN: extract-ptx %t.mlir > %t.ptx
// RUN: FileCheck %s --input-file=%t.ptx
// RUN: env VIB_MLIR_PTX=%t.ptx %build/test/unit/bin/CudaDriverTest \
// RUN:   --gtest_filter='*Mlir*'

// CHECK-DAG: cp.async.cg.shared.global
// CHECK-DAG: ldmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK-DAG: ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16
// CHECK-DAG: mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK-DAG: mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32
// CHECK-DAG: ld.global.v4

#shared = #gpu.address_space<workgroup>

module attributes {gpu.container_module} {
  gpu.module @kernels {
    memref.global "private" @a16 : memref<16x24xf16, #shared> {alignment = 16}
    memref.global "private" @b16 : memref<16x8xf16, #shared> {alignment = 16}

    // C = A B of 16 x 16 and 16 x 8 by a warp: copied asynchronously, loaded by
    // ldmatrix (B transposed), multiplied in one mma.
    gpu.func @matmul_f16(%a: memref<16x16xf16>, %b: memref<16x8xf16>,
                         %c: memref<16x8xf32>) kernel {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %as = memref.get_global @a16 : memref<16x24xf16, #shared>
      %bs = memref.get_global @b16 : memref<16x8xf16, #shared>
      %lane = gpu.lane_id
      %row = arith.divui %lane, %c2 : index
      %half = arith.remui %lane, %c2 : index
      %column = arith.muli %half, %c8 : index
      %t0 = nvgpu.device_async_copy %a[%row, %column], %as[%row, %column], 8
        {bypassL1} : memref<16x16xf16> to memref<16x24xf16, #shared>
      %first = arith.cmpi ult, %lane, %c16 : index
      scf.if %first {
        %t1 = nvgpu.device_async_copy %b[%lane, %c0], %bs[%lane, %c0], 8
          {bypassL1} : memref<16x8xf16> to memref<16x8xf16, #shared>
      }
      %group = nvgpu.device_async_create_group
      nvgpu.device_async_wait %group {numGroups = 0 : i32}
      gpu.barrier
      %rowA = arith.remui %lane, %c16 : index
      %partA = arith.divui %lane, %c16 : index
      %columnA = arith.muli %partA, %c8 : index
      %fa = nvgpu.ldmatrix %as[%rowA, %columnA]
        {numTiles = 4 : i32, transpose = false}
        : memref<16x24xf16, #shared> -> vector<4x2xf16>
      %fb = nvgpu.ldmatrix %bs[%rowA, %c0]
        {numTiles = 2 : i32, transpose = true}
        : memref<16x8xf16, #shared> -> vector<2x2xf16>
      %zero = arith.constant dense<0.0> : vector<2x2xf32>
      %d = nvgpu.mma.sync(%fa, %fb, %zero) {mmaShape = [16, 8, 16]}
        : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
      %g = arith.divui %lane, %c4 : index
      %t = arith.remui %lane, %c4 : index
      %columnC = arith.muli %t, %c2 : index
      %lower = arith.addi %g, %c8 : index
      %d0 = vector.extract %d[0] : vector<2xf32> from vector<2x2xf32>
      %d1 = vector.extract %d[1] : vector<2xf32> from vector<2x2xf32>
      vector.store %d0, %c[%g, %columnC] {alignment = 8}
        : memref<16x8xf32>, vector<2xf32>
      vector.store %d1, %c[%lower, %columnC] {alignment = 8}
        : memref<16x8xf32>, vector<2xf32>
      gpu.return
    }

    // The same of 16 x 8 and 8 x 8 in tf32, from global memory.
    gpu.func @matmul_tf32(%a: memref<16x8xf32>, %b: memref<8x8xf32>,
                          %c: memref<16x8xf32>) kernel {
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %lane = gpu.lane_id
      %g = arith.divui %lane, %c4 : index
      %t = arith.remui %lane, %c4 : index
      %lower = arith.addi %g, %c8 : index
      %right = arith.addi %t, %c4 : index
      %a0 = memref.load %a[%g, %t] : memref<16x8xf32>
      %a1 = memref.load %a[%lower, %t] : memref<16x8xf32>
      %a2 = memref.load %a[%g, %right] : memref<16x8xf32>
      %a3 = memref.load %a[%lower, %right] : memref<16x8xf32>
      %b0 = memref.load %b[%t, %g] : memref<8x8xf32>
      %b1 = memref.load %b[%right, %g] : memref<8x8xf32>
      %fa = vector.from_elements %a0, %a1, %a2, %a3 : vector<4x1xf32>
      %fb = vector.from_elements %b0, %b1 : vector<2x1xf32>
      %zero = arith.constant dense<0.0> : vector<2x2xf32>
      %d = nvgpu.mma.sync(%fa, %fb, %zero) {mmaShape = [16, 8, 8], tf32Enabled}
        : (vector<4x1xf32>, vector<2x1xf32>, vector<2x2xf32>) -> vector<2x2xf32>
      %columnC = arith.muli %t, %c2 : index
      %d0 = vector.extract %d[0] : vector<2xf32> from vector<2x2xf32>
      %d1 = vector.extract %d[1] : vector<2xf32> from vector<2x2xf32>
      vector.store %d0, %c[%g, %columnC] {alignment = 8}
        : memref<16x8xf32>, vector<2xf32>
      vector.store %d1, %c[%lower, %columnC] {alignment = 8}
        : memref<16x8xf32>, vector<2xf32>
      gpu.return
    }

    // y = a x + y on vectors of 4, with a sum over the warp by shuffles.
    gpu.func @axpy(%a: f32, %x: memref<?xf32>, %y: memref<?xf32>,
                   %sums: memref<?xf32>) kernel {
      %c4 = arith.constant 4 : index
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %size = gpu.block_dim x
      %base = arith.muli %block, %size : index
      %i = arith.addi %base, %thread : index
      %first = arith.muli %i, %c4 : index
      %vx = vector.load %x[%first] {alignment = 16}
        : memref<?xf32>, vector<4xf32>
      %vy = vector.load %y[%first] {alignment = 16}
        : memref<?xf32>, vector<4xf32>
      %va = vector.broadcast %a : f32 to vector<4xf32>
      %r = vector.fma %va, %vx, %vy : vector<4xf32>
      vector.store %r, %y[%first] {alignment = 16}
        : memref<?xf32>, vector<4xf32>
      %partial = vector.reduction <add>, %r : vector<4xf32> into f32
      %width = arith.constant 32 : i32
      %o16 = arith.constant 16 : i32
      %s16, %p16 = gpu.shuffle xor %partial, %o16, %width : f32
      %sum16 = arith.addf %partial, %s16 : f32
      %o8 = arith.constant 8 : i32
      %s8, %p8 = gpu.shuffle xor %sum16, %o8, %width : f32
      %sum8 = arith.addf %sum16, %s8 : f32
      %o4 = arith.constant 4 : i32
      %s4, %p4 = gpu.shuffle xor %sum8, %o4, %width : f32
      %sum4 = arith.addf %sum8, %s4 : f32
      %o2 = arith.constant 2 : i32
      %s2, %p2 = gpu.shuffle xor %sum4, %o2, %width : f32
      %sum2 = arith.addf %sum4, %s2 : f32
      %o1 = arith.constant 1 : i32
      %s1, %p1 = gpu.shuffle xor %sum2, %o1, %width : f32
      %sum1 = arith.addf %sum2, %s1 : f32
      memref.store %sum1, %sums[%i] : memref<?xf32>
      gpu.return
    }
  }
}
