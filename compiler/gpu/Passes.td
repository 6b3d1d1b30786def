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
  let summary = "let kernels that do not depend on each other share a launch";
  let description = [{
    Gives every vib.kernel the number of its launch: the first one after those
    of all that it must come after. A kernel whose result is combined from
    partial ones also gets the number of the launch that combines them, which
    another kernel may share.

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
  let summary = "decide where every tensor lies in the memory of a GPU";
  let description = [{
    As `vib-plan-arena`, with all tensors row-major and without padding. What
    kernels of one launch touch is alive at the same time.
  }];
  let statistics = [
    Statistic<"numBuffers", "buffers-placed",
              "Buffers placed by their lifetime">,
    Statistic<"numArenaBytes", "arena-bytes", "Bytes of the arena">
  ];
}

def EmitGpuKernels : Pass<"vib-emit-gpu-kernels", "mlir::ModuleOp"> {
  let summary = "make each launch a gpu.func";
  let description = [{
    The kernels of a launch become one gpu.func, whose first blocks do the first
    of them, and every function of the phase fused an entry of launches. A
    kernel `gather` is added, which copies the rows of a batch from the data to
    the arena. EmitGpuKernels.cpp has the structure, BlockTiles.cpp the sizes,
    BlockContraction.cpp the contractions and BlockGeneric.cpp everything else.

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
  let summary = "verify what must hold in the phase kernels of a GPU";
  let description = [{
    The plan of memory is there; every function is an entry of launches with
    constant sizes along x and as much shared memory as its views reach, at most
    99 KiB, of kernels in the module's gpu.module, of which vib.kernels tells,
    with the block size that they were made for; every kernel takes the blocks,
    the arena and the step, or what `gather` takes; and no tensor, no structured
    op, no vib.noise and no atomic operation is left.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

#endif // VIB_COMPILER_GPU_PASSES_TD
