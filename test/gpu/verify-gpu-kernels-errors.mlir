// RUN: vib-opt %s --split-input-file --vib-verify-gpu-kernels --verify-diagnostics

// expected-error @+1 {{expected the phase kernels but got fused}}
module attributes {vib.phase = "fused"} {}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 0 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-note @+1 {{the kernel was made for 128}}
    gpu.func @k(%arena: memref<64xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = []} {
      gpu.return
    }
  }
  func.func @train_step(%arena: memref<64xi8>) attributes {vib.entry} {
    %c1 = arith.constant 1 : index
    %c64 = arith.constant 64 : index
    // expected-error @+1 {{launches blocks of 64 threads}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) args(%arena : memref<64xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 0 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%arena: memref<16xf32>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = []} {
      %c0 = arith.constant 0 : index
      %one = arith.constant 1.0 : f32
      // expected-error @+1 {{expected no atomic operation: the bits must not depend on the order of blocks}}
      %0 = memref.atomic_rmw addf %one, %arena[%c0] : (f32, memref<16xf32>) -> f32
      gpu.return
    }
  }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 0 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @+1 {{expected an entry, but vib.entry is missing}}
  func.func @train_step() {
    return
  }
}
