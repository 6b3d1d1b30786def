// Broken if vib-verify-gpu-kernels accepts one of these launches or kernels.
// RUN: vib-opt %s --split-input-file --vib-verify-gpu-kernels --verify-diagnostics

// expected-error @+1 {{expected the phase kernels but got fused}}
module attributes {vib.phase = "fused"} {}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-note @+1 {{the kernel was compiled for 128}}
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{launches blocks of 64 threads}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c64, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

// The kernel was compiled for blocks that extend along y too.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-note @+1 {{the kernel was compiled for 128}}
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 2, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{launches blocks of 128 threads}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{expected blocks and threads along x only}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c2, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{expected 1 to 2^31 - 1 blocks but got 0}}
    gpu.launch_func @kernels::@k blocks in (%c0, %c1, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{expected to launch a kernel, but @kernels::@k has no vib.kernels that describes it}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-error @+1 {{expected vib.kernels to be a list of #vib.kernel_info but got [{name = "k"}]}}
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [{name = "k"}]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

// Moments are passed as weights.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{expected the launch to pass the arguments of its entry}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%m1 : memref<32xi8>, %w : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    // expected-error @+1 {{expected shared memory for @kernels::@k, which uses it}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 101377 : i32
    // expected-error @+1 {{expected 0 to 101376 bytes of shared memory but got 101377}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 101376 : i32
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %c0 = arith.constant 0 : index
      %c1024 = arith.constant 1024 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %small = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<16xf32, #gpu.address_space<workgroup>>
      %large = memref.view %shared[%c1024][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32x8xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 2048 : i32
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %c0 = arith.constant 0 : index
      %c1024 = arith.constant 1024 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %small = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<16xf32, #gpu.address_space<workgroup>>
      // expected-note @+1 {{the kernel uses them here}}
      %large = memref.view %shared[%c1024][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32x8xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 2047 : i32
    // expected-error @+1 {{expected at least 2048 bytes of shared memory but got 2047}}
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %c0 = arith.constant 0 : index
      %c1024 = arith.constant 1024 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      // expected-error @+1 {{expected a view of shared memory with a static shape, at a constant offset}}
      %view = memref.view %shared[%c0][%c1024] : memref<?xi8, #gpu.address_space<workgroup>> to memref<?xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 2048 : i32
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
  // expected-error-re @+1 {{expected the entry to take 'memref<32xi8>'{{.*}} but got 'memref<64xi8>', 'memref<216xi8>'}}
  func.func @train_step(%arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) args(%arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-error @+1 {{expected a kernel to take the blocks, the arena and the step, or the arguments of gather}}
    gpu.func @k(%arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      gpu.return
    }
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %c0 = arith.constant 0 : index
      %one = arith.constant 1.0 : f32
      %view = memref.view %arena[%c0][] : memref<64xi8> to memref<16xf32>
      // expected-error @+1 {{expected no atomic operation, because results must not depend on the order of blocks}}
      %0 = memref.atomic_rmw addf %one, %view[%c0] : (f32, memref<16xf32>) -> f32
      gpu.return
    }
  }
}

// -----

// expected-error @+1 {{expected a memory plan, but vib.tensors is missing}}
module attributes {vib.phase = "kernels", vib.parameters = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  func.func @train_step() {
    return
  }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @+1 {{expected an entry, but vib.entry is missing}}
  func.func @train_step() {
    return
  }
}

// -----

// Bytes before shared memory.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
      %c0 = arith.constant 0 : index
      %before = arith.constant -4 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %small = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<16xf32, #gpu.address_space<workgroup>>
      // expected-error @+1 {{expected a view within shared memory, but it starts at byte -4}}
      %large = memref.view %shared[%before][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32x8xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    %bytes = arith.constant 2047 : i32
    gpu.launch_func @kernels::@k blocks in (%c1, %c1, %c1) threads in (%c128, %c1, %c1) dynamic_shared_memory_size %bytes args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
    return
  }
}

// -----

// A launch in a nested module, of a number of blocks that only the program knows.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @+1 {{expected only entries and modules of kernels in the phase kernels}}
  module attributes {gpu.container_module} {
    gpu.module @kernels {
      gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, vib.kernels = [#vib.kernel_info<"k", entry = "train_step", units = 1>]} {
        gpu.return
      }
    }
    func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>, %blocks: index) attributes {vib.entry} {
      %c1 = arith.constant 1 : index
      gpu.launch_func @kernels::@k blocks in (%blocks, %c1, %c1) threads in (%c1, %c1, %c1) args(%w : memref<32xi8>, %m1 : memref<32xi8>, %m2 : memref<32xi8>, %a : memref<32xi8>, %g : memref<32xi8>, %arena : memref<64xi8>, %step : memref<216xi8>)
      return
    }
  }
}

// -----

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  gpu.module @kernels {
    // expected-error @+1 {{expected only kernels in a module of kernels}}
    memref.global @memory : memref<4xf32> = uninitialized
  }
}

// -----

// Only the launches of one block would be verified.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @+1 {{expected an entry to have a body of one block}}
  func.func @train_step(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<64xi8>, %step: memref<216xi8>) attributes {vib.entry} {
    cf.br ^end
  ^end:
    return
  }
}
