//===- Passes.td - From fused to kernels of a GPU ----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_PASSES_TD
#define VIB_COMPILER_GPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def GroupKernels : Pass<"vib-group-kernels", "mlir::ModuleOp"> {
  let summary = "Group independent kernels into shared launches";
  let description = [{
    Gives every vib.kernel the number of its launch: the first launch after
    those of all kernels that it depends on. A kernel whose result is combined
    from partial results also gets the number of the launch that combines them;
    other kernels may share that launch.

    ```mlir
    %dw = vib.kernel "decode.grad" … attributes {launch = 4 : i64} …
    %dh = vib.kernel "encode.4.in" … attributes {launch = 4 : i64} …
    ```
  }];
  let statistics = [
    Statistic<"numLaunches", "launches", "Launches of all entries">,
    Statistic<"numShared", "kernels-sharing", "Kernels that share a launch">
  ];
}

def PlanDeviceArena : Pass<"vib-plan-device-arena", "mlir::ModuleOp"> {
  let summary = "Assign memory on a GPU to every tensor";
  let description = [{
    Works like `vib-plan-arena`, but stores all tensors row-major and without
    padding. Buffers of kernels that share a launch are live at the same time.
  }];
  let statistics = [
    Statistic<"numBuffers", "buffers-placed",
              "Buffers placed by their lifetime">,
    Statistic<"numArenaBytes", "arena-bytes", "Bytes of the arena">
  ];
}

def EmitGpuKernels : Pass<"vib-emit-gpu-kernels", "mlir::ModuleOp"> {
  let summary = "Emit a gpu.func for each launch";
  let description = [{
    The kernels of a launch become one gpu.func, in which the first blocks
    compute the first kernel, the next blocks the second kernel, and so on. Its
    `vib.kernels` describes them. Every function of the phase fused becomes an
    entry point (`vib.entry`), which consists of launches. The kernel `gather`
    is added, which copies the rows of a batch from the data set to the arena.
    EmitGpuKernels.cpp describes the structure, BlockTiles.cpp the sizes,
    BlockContraction.cpp the contractions and BlockGeneric.cpp all other ops.

    ```mlir
    gpu.module @kernels {
      gpu.func @train_step_encode_0(%weights: memref<9523200xi8>, …,
          %arena: memref<4194304xi8>, %step: memref<88xi8>) kernel attributes {
        known_block_size = array<i32: 128, 1, 1>,
        vib.kernels = [{name = "encode.0", entry = "train_step", …} ] } { … }
    }
    func.func @train_step(…) attributes {vib.entry} {
      gpu.launch_func @kernels::@train_step_encode_0 blocks in (%c32, %c1, %c1)
        threads in (%c128, %c1, %c1) dynamic_shared_memory_size %c36864
        args(…)
    ```
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::gpu::GPUDialect", "mlir::LLVM::LLVMDialect",
    "mlir::NVVM::NVVMDialect", "mlir::math::MathDialect",
    "mlir::memref::MemRefDialect", "mlir::nvgpu::NVGPUDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"
  ];
  let statistics = [
    Statistic<"numKernels", "kernels-emitted", "Kernels emitted">
  ];
}

def VerifyGpuKernels : Pass<"vib-verify-gpu-kernels", "mlir::ModuleOp"> {
  let summary = "Verify the invariants of the phase kernels of a GPU";
  let description = [{
    The memory plan is present. Every function is an entry point that consists
    of launches. A launch has constant sizes along x, and exactly the shared
    memory that its views need (at most 99 KiB). It names a kernel of the
    module's gpu.module and has that kernel's block size, and `vib.kernels`
    describes the kernel. A kernel takes the blocks, the arena and the step, or
    the arguments of `gather`. No tensor, structured op, vib.noise or atomic
    operation is left.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

#endif // VIB_COMPILER_GPU_PASSES_TD
