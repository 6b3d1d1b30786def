// Broken if kernels do not become functions of plain pointers, if math ops become calls
// instead of instructions, or if dynamic shared memory does not become an external symbol.
// RUN: vib-opt %s --vib-to-nvvm | FileCheck %s
// RUN: vib-opt %s --vib-to-nvvm=index-bits=64 | FileCheck %s --check-prefix=WIDE

// CHECK: gpu.module @kernels
// CHECK: llvm.mlir.global external @__dynamic_shmem__0() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<0 x i8>
// CHECK: llvm.func @k(%{{.*}}: !llvm.ptr {llvm.align = 256 : i64, llvm.noalias}) attributes {
// CHECK-SAME: nvvm.kernel
// CHECK-SAME: nvvm.maxntid = array<i32: 128, 1, 1>
// CHECK: %[[T:.*]] = nvvm.read.ptx.sreg.tid.x range <i32, 0, 128> : i32
// CHECK-NOT: llvm.sext
// CHECK: llvm.intr.sqrt
// CHECK: llvm.intr.fma
// CHECK-NOT: llvm.call
// CHECK: nvvm.barrier
// WIDE: nvvm.read.ptx.sreg.tid.x
// WIDE: llvm.sext %{{.*}} : i32 to i64
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @k(%arena: memref<1024xi8> {llvm.align = 256 : i64, llvm.noalias}) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %t = gpu.thread_id x
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %tile = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<128xf32, #gpu.address_space<workgroup>>
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<128xf32>
      %v = memref.load %view[%t] : memref<128xf32>
      %s = math.sqrt %v : f32
      %f = math.fma %s, %s, %v : f32
      memref.store %f, %tile[%t] : memref<128xf32, #gpu.address_space<workgroup>>
      gpu.barrier
      gpu.return
    }
  }
}
