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

def ChooseBlockTiles : Pass<"vib-choose-block-tiles", "mlir::func::FuncOp"> {
  let summary = "Record the tiles of each kernel in its attributes";
  let description = [{
    Divides the iteration space of each vib.kernel among thread blocks
    (`tiles`). If contractions are most of its work, chooses the sizes of a
    block's part of them (`block`) and marks these contractions (`vib.staged`).
    Names the loops of all ops (`vib.loops`). If an op has few positions and a
    long sum, `vib.lanes` names the dimension of the sum that the lanes of a warp
    divide; otherwise a thread computes a position. BlockTiles.cpp,
    BlockShape.cpp and ThreadDivision.cpp choose. The passes that follow read the
    attributes and choose no size.

    ```mlir
    %h = vib.kernel "encode.2" … attributes {
      block = #vib.block<rows = 40, columns = 32, depth = 32, stages = 4,
                         warp_rows = 20, warp_columns = 16>,
      tiles = [#vib.tile<"m", 40>, #vib.tile<"n", 32>]} {
      %0 = linalg.contract … {vib.loops = ["m", "n", "k"], vib.staged} …
    ```
  }];
  let dependentDialects = ["vib::VibDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels-planned", "Kernels planned">,
    Statistic<"numContractions", "contractions-planned", "Contractions planned">
  ];
}

def GroupKernels : Pass<"vib-group-kernels", "mlir::ModuleOp"> {
  let summary = "Group independent kernels into shared launches";
  let description = [{
    Gives every vib.kernel the number of its launch. This is the first launch
    that comes after the launches of all kernels that it depends on. A kernel
    that computes partial results also gets the number of the launch that
    combines them, which other kernels may share.

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
    `vib.kernels` describes them. Every function of the phase planned becomes an
    entry point (`vib.entry`), which consists of launches. The kernel `gather`
    is added, which copies the rows of a batch from the data set to the arena.
    EmitGpuKernels.cpp describes the structure, BlockTiles.cpp the sizes,
    BlockContraction.cpp the contractions and GpuLinalgEmitter.cpp all other ops.

    ```mlir
    gpu.module @kernels {
      gpu.func @train_step_encode_0(%weights: memref<9523200xi8>, …,
          %arena: memref<4194304xi8>, %step: memref<88xi8>) kernel attributes {
        known_block_size = array<i32: 128, 1, 1>,
        vib.kernels = [#vib.kernel_info<"encode.0", entry = "train_step", …>]} { … }
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
    of launches. A launch names a kernel of the module's gpu.module and has the
    block size of this kernel. Its sizes are constant, and greater than 1 only
    along x. It has exactly the shared memory that its views need (at most 99
    KiB). `vib.kernels` describes each kernel. A kernel takes the blocks, the
    arena and the step, or the arguments of `gather`. No tensor, structured op,
    vib.noise or atomic operation is left.

    Each access of each thread lies within its view and is aligned as it says,
    for all ids of threads and blocks, all iterations of the loops around it,
    and the conditions under which it runs. `gather` reads only whole rows of the
    data, at the numbers that the order of the rows gives.
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

def VerifyGpuPlanned : Pass<"vib-verify-gpu-planned", "mlir::ModuleOp"> {
  let summary = "Verify the invariants of the phase planned of a GPU";
  let description = [{
    The rules of `vib-verify-fused` hold. Each kernel has a plan that the emitter
    can follow:

    - Its `tiles` divide dimensions that can be divided.
    - Its `block` fits into the registers and the shared memory of a thread
      block.
    - Its launch comes after the launches of the kernels that it depends on.

    Each result of a kernel, and its scratch memory, has a place in a block or in
    the arena. No two of them share bytes while both are in use.
  }];
}

#endif // VIB_COMPILER_GPU_PASSES_TD
