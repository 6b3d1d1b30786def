// Broken if vib-verify-gpu-kernels does not tell the accesses of a thread that stay within their
// memory from those that do not.
// RUN: vib-opt %s --split-input-file --vib-verify-gpu-kernels --verify-diagnostics

// A thread for each number of a view of which only a part exists.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %zero = arith.constant 0.0 : f32
      %thread = gpu.thread_id x
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<100xf32>
      // expected-error @+1 {{expected an access within 'memref<100xf32>', but index 0 goes from 0 to 127}}
      memref.store %zero, %view[%thread] : memref<100xf32>
      gpu.return
    }
  }
}

// -----

// A guard for the numbers that exist, and one that is a number too many.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c100 = arith.constant 100 : index
      %c101 = arith.constant 101 : index
      %zero = arith.constant 0.0 : f32
      %thread = gpu.thread_id x
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<100xf32>
      %is_in = arith.cmpi ult, %thread, %c100 : index
      scf.if %is_in {
        memref.store %zero, %view[%thread] : memref<100xf32>
      } else {
        // expected-error @+1 {{but index 0 goes from 100 to 127}}
        memref.store %zero, %view[%thread] : memref<100xf32>
      }
      gpu.return
    }
  }
}

// -----

// The last tile of 10 rows has only 5. Below its size, the position from its start is a row.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c10 = arith.constant 10 : index
      %c15 = arith.constant 15 : index
      %zero = arith.constant 0.0 : f32
      %thread = gpu.thread_id x
      %tile = arith.remui %thread, %c2 : index
      %position = arith.divui %thread, %c2 : index
      %start = arith.muli %tile, %c10 : index
      %rest = arith.subi %c15, %start : index
      %size = arith.minui %rest, %c10 : index
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<15xf32>
      %is_in = arith.cmpi ult, %position, %size : index
      scf.if %is_in {
        %row = arith.addi %start, %position : index
        memref.store %zero, %view[%row] : memref<15xf32>
      }
      %is_tile = arith.cmpi ult, %position, %c10 : index
      scf.if %is_tile {
        %row = arith.addi %start, %position : index
        // expected-error @+1 {{expected an access within 'memref<15xf32>', but index 0 goes from 0 to 19}}
        memref.store %zero, %view[%row] : memref<15xf32>
      }
      gpu.return
    }
  }
}

// -----

// A ring of three stages that a loop carries, with one too few in memory.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c9 = arith.constant 9 : index
      %zero = arith.constant 0.0 : f32
      %ring = memref.view %arena[%c0][] : memref<1024xi8> to memref<3xf32>
      %short = memref.view %arena[%c0][] : memref<1024xi8> to memref<2xf32>
      %last = scf.for %i = %c0 to %c9 step %c1 iter_args(%stage = %c0) -> index {
        memref.store %zero, %ring[%stage] : memref<3xf32>
        // expected-error @+1 {{expected an access within 'memref<2xf32>', but index 0 goes from 0 to 2}}
        memref.store %zero, %short[%stage] : memref<2xf32>
        %more = arith.cmpi slt, %stage, %c2 : index
        %next = arith.addi %stage, %c1 : index
        %new = arith.select %more, %next, %c0 : index
        scf.yield %new : index
      }
      gpu.return
    }
  }
}

// -----

// A value that a loop carries is not bounded by what holds in one iteration.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c9 = arith.constant 9 : index
      %zero = arith.constant 0.0 : f32
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<3xf32>
      %last:2 = scf.for %i = %c0 to %c9 step %c1 iter_args(%now = %c0, %before = %c0) -> (index, index) {
        %small = arith.cmpi slt, %now, %c2 : index
        scf.if %small {
          memref.store %zero, %view[%now] : memref<3xf32>
          // expected-error @+1 {{expected an access within 'memref<3xf32>', but index 0 goes from 0 to 8}}
          memref.store %zero, %view[%before] : memref<3xf32>
        }
        %more = arith.cmpi slt, %now, %c8 : index
        %after = arith.addi %now, %c1 : index
        %next = arith.select %more, %after, %c0 : index
        scf.yield %next, %now : index, index
      }
      gpu.return
    }
  }
}

// -----

// A copy of 16 bytes a thread reads as many as there are, or too many.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c30 = arith.constant 30 : index
      %thread = gpu.thread_id x
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %to = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32xf32, #gpu.address_space<workgroup>>
      %from = memref.view %arena[%c0][] : memref<1024xi8> to memref<30xf32>
      %chunk = arith.remui %thread, %c8 : index
      %column = arith.muli %chunk, %c4 : index
      %rest = arith.subi %c30, %column : index
      %some = arith.minsi %rest, %c4 : index
      %count = arith.maxsi %some, %c0 : index
      %0 = nvgpu.device_async_copy %from[%column], %to[%column], 4, %count : memref<30xf32> to memref<32xf32, #gpu.address_space<workgroup>>
      // expected-error @+1 {{expected an access within 'memref<30xf32>', but index 0 goes from 0 to 28, with 4 elements from there}}
      %1 = nvgpu.device_async_copy %from[%column], %to[%column], 4 : memref<30xf32> to memref<32xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
}

// -----

// The same from an address that is no multiple of 16 bytes.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c30 = arith.constant 30 : index
      %thread = gpu.thread_id x
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %to = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32xf32, #gpu.address_space<workgroup>>
      %from = memref.view %arena[%c0][] : memref<1024xi8> to memref<30xf32>
      %chunk = arith.remui %thread, %c8 : index
      %column = arith.muli %chunk, %c4 : index
      %rest = arith.subi %c30, %column : index
      %some = arith.minsi %rest, %c4 : index
      %count = arith.maxsi %some, %c0 : index
      %c1 = arith.constant 1 : index
      %odd = arith.addi %column, %c1 : index
      %next = arith.subi %some, %c1 : index
      %left = arith.maxsi %next, %c0 : index
      // expected-error @+1 {{expected an address that is a multiple of 16 bytes, but it is only known to be a multiple of 4}}
      %0 = nvgpu.device_async_copy %from[%odd], %to[%column], 4, %left : memref<30xf32> to memref<32xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
}

// -----

// More than the width of the copy.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c30 = arith.constant 30 : index
      %thread = gpu.thread_id x
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %to = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<32xf32, #gpu.address_space<workgroup>>
      %from = memref.view %arena[%c0][] : memref<1024xi8> to memref<30xf32>
      %chunk = arith.remui %thread, %c8 : index
      %column = arith.muli %chunk, %c4 : index
      %rest = arith.subi %c30, %column : index
      %some = arith.minsi %rest, %c4 : index
      %count = arith.maxsi %some, %c0 : index
      // expected-error @+1 {{expected to read 0 to 4 elements}}
      %0 = nvgpu.device_async_copy %from[%column], %to[%column], 4, %c8 : memref<30xf32> to memref<32xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
}

// -----

// Units of four in the order of a mask stay among the 16 columns, but not among 12.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c12 = arith.constant 12 : index
      %zero = arith.constant 0.0 : f32
      %thread = gpu.thread_id x
      %unit = arith.remui %thread, %c4 : index
      %mask = arith.muli %unit, %c4 : index
      %column = arith.xori %mask, %c4 : index
      %wide = memref.view %arena[%c0][] : memref<1024xi8> to memref<16xf32>
      %narrow = memref.view %arena[%c0][] : memref<1024xi8> to memref<12xf32>
      %0 = vector.load %wide[%column] {alignment = 16 : i64} : memref<16xf32>, vector<4xf32>
      // expected-error @+1 {{expected an access within 'memref<12xf32>', but index 0 goes from 0 to 12, with 4 elements from there}}
      %1 = vector.load %narrow[%column] : memref<12xf32>, vector<4xf32>
      gpu.return
    }
  }
}

// -----

// A matrix of which the last rows do not exist.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c32 = arith.constant 32 : index
      %thread = gpu.thread_id x
      %lane = arith.remui %thread, %c32 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %rows = memref.view %shared[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<16x8xbf16, #gpu.address_space<workgroup>>
      // expected-error @+1 {{but index 0 goes from 0 to 31}}
      %0 = nvgpu.ldmatrix %rows[%lane, %c0] {numTiles = 4 : i32, transpose = false} : memref<16x8xbf16, #gpu.address_space<workgroup>> -> vector<4x2xbf16>
      gpu.return
    }
  }
}

// -----

// Memory of which nothing is known.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0_i64 = arith.constant 0 : i64
      // expected-error @+1 {{expected only loops over memory, but this op was not lowered}}
      %address = llvm.inttoptr %c0_i64 : i64 to !llvm.ptr
      gpu.return
    }
  }
}

// -----

// The order is read at a row that the batch may not have.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [#vib.tensor<"x" : tensor<4x8xf32>, place = <arena + 0>>,
      #vib.tensor<"y" : tensor<4xi32>, place = <arena + 128>>], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @gather(%inputs: !llvm.ptr, %labels: !llvm.ptr, %order: !llvm.ptr, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %c36 = arith.constant 36 : index
      %c8_i64 = arith.constant 8 : i64
      %c0_i32 = arith.constant 0 : i32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %view = memref.view %step[%c32][] : memref<216xi8> to memref<1xi32>
      %rows = memref.load %view[%c0] : memref<1xi32>
      %view_0 = memref.view %step[%c36][] : memref<216xi8> to memref<1xi32>
      %row0 = memref.load %view_0[%c0] : memref<1xi32>
      %number = arith.index_castui %block : index to i32
      %is_in = arith.cmpi slt, %number, %rows : i32
      %place = arith.addi %row0, %number : i32
      %at = arith.extui %place : i32 to i64
      %address = llvm.getelementptr %order[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      // expected-error @+1 {{expected to read the order of the rows at row0 and the number of the block, if that is below rows}}
      %row = llvm.load %address : !llvm.ptr -> i32
      gpu.return
    }
  }
}

// -----

// Eight numbers of a row, and nine of it.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [#vib.tensor<"x" : tensor<4x8xf32>, place = <arena + 0>>,
      #vib.tensor<"y" : tensor<4xi32>, place = <arena + 128>>], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @gather(%inputs: !llvm.ptr, %labels: !llvm.ptr, %order: !llvm.ptr, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %c36 = arith.constant 36 : index
      %c8_i64 = arith.constant 8 : i64
      %c0_i32 = arith.constant 0 : i32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %view = memref.view %step[%c32][] : memref<216xi8> to memref<1xi32>
      %rows = memref.load %view[%c0] : memref<1xi32>
      %view_0 = memref.view %step[%c36][] : memref<216xi8> to memref<1xi32>
      %row0 = memref.load %view_0[%c0] : memref<1xi32>
      %number = arith.index_castui %block : index to i32
      %is_in = arith.cmpi slt, %number, %rows : i32
      %row = scf.if %is_in -> i32 {
        %place = arith.addi %row0, %number : i32
        %at = arith.extui %place : i32 to i64
        %address = llvm.getelementptr %order[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
        %found = llvm.load %address : !llvm.ptr -> i32
        scf.yield %found : i32
      } else {
        scf.yield %c0_i32 : i32
      }
      %row_i64 = arith.extui %row : i32 to i64
      %first = arith.muli %row_i64, %c8_i64 : i64
      %small = arith.remui %thread, %c8 : index
      %column = arith.index_castui %small : index to i64
      %at = arith.addi %first, %column : i64
      %address = llvm.getelementptr %inputs[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      %word = llvm.load %address : !llvm.ptr -> i32
      %far = arith.index_castui %thread : index to i64
      %beyond = arith.addi %first, %far : i64
      %address_1 = llvm.getelementptr %inputs[%beyond] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      // expected-error @+1 {{expected to read within a row of 32 bytes, whose number the order of the rows gives}}
      %word_1 = llvm.load %address_1 : !llvm.ptr -> i32
      gpu.return
    }
  }
}

// -----

// A row of labels has one number, not eight.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [#vib.tensor<"x" : tensor<4x8xf32>, place = <arena + 0>>,
      #vib.tensor<"y" : tensor<4xi32>, place = <arena + 128>>], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @gather(%inputs: !llvm.ptr, %labels: !llvm.ptr, %order: !llvm.ptr, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %c36 = arith.constant 36 : index
      %c8_i64 = arith.constant 8 : i64
      %c0_i32 = arith.constant 0 : i32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %view = memref.view %step[%c32][] : memref<216xi8> to memref<1xi32>
      %rows = memref.load %view[%c0] : memref<1xi32>
      %view_0 = memref.view %step[%c36][] : memref<216xi8> to memref<1xi32>
      %row0 = memref.load %view_0[%c0] : memref<1xi32>
      %number = arith.index_castui %block : index to i32
      %is_in = arith.cmpi slt, %number, %rows : i32
      %row = scf.if %is_in -> i32 {
        %place = arith.addi %row0, %number : i32
        %at = arith.extui %place : i32 to i64
        %address = llvm.getelementptr %order[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
        %found = llvm.load %address : !llvm.ptr -> i32
        scf.yield %found : i32
      } else {
        scf.yield %c0_i32 : i32
      }
      %row_i64 = arith.extui %row : i32 to i64
      %first = arith.muli %row_i64, %c8_i64 : i64
      %small = arith.remui %thread, %c8 : index
      %column = arith.index_castui %small : index to i64
      %at = arith.addi %first, %column : i64
      %address = llvm.getelementptr %labels[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      // expected-error @+1 {{expected to read within a row of 4 bytes, whose number the order of the rows gives}}
      %word = llvm.load %address : !llvm.ptr -> i32
      gpu.return
    }
  }
}

// -----

// An unsigned loop to -1 runs on where a signed one would not run.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %last = arith.constant -1 : index
      %zero = arith.constant 0.0 : f32
      %view = memref.view %arena[%c0][] : memref<1024xi8> to memref<100xf32>
      // expected-error @+1 {{expected a loop that compares signed numbers, but it is unsigned}}
      scf.for unsigned %i = %c0 to %last step %c1 {
        memref.store %zero, %view[%i] : memref<100xf32>
      }
      gpu.return
    }
  }
}

// -----

// Numbers of four bytes at byte 2 of shared memory.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c2 = arith.constant 2 : index
      %shared = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      // expected-error @+1 {{expected a view at a multiple of the 4 bytes of an element, but its address is only known to be a multiple of 2}}
      %view = memref.view %shared[%c2][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<4xf32, #gpu.address_space<workgroup>>
      gpu.return
    }
  }
}

// -----

// The same at the start of bytes that begin at byte 1 of the arena.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @k(%w: memref<32xi8>, %m1: memref<32xi8>, %m2: memref<32xi8>, %a: memref<32xi8>, %g: memref<32xi8>, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %bytes = memref.view %arena[%c1][] : memref<1024xi8> to memref<64xi8>
      // expected-error @+1 {{expected a view at a multiple of the 4 bytes of an element, but its address is only known to be a multiple of 1}}
      %view = memref.view %bytes[%c0][] : memref<64xi8> to memref<4xf32>
      gpu.return
    }
  }
}

// -----

// A word of four bytes is at a multiple of four bytes, but not of 64.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [#vib.tensor<"x" : tensor<4x8xf32>, place = <arena + 0>>,
      #vib.tensor<"y" : tensor<4xi32>, place = <arena + 128>>], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @gather(%inputs: !llvm.ptr, %labels: !llvm.ptr, %order: !llvm.ptr, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %c36 = arith.constant 36 : index
      %c8_i64 = arith.constant 8 : i64
      %c0_i32 = arith.constant 0 : i32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %view = memref.view %step[%c32][] : memref<216xi8> to memref<1xi32>
      %rows = memref.load %view[%c0] : memref<1xi32>
      %view_0 = memref.view %step[%c36][] : memref<216xi8> to memref<1xi32>
      %row0 = memref.load %view_0[%c0] : memref<1xi32>
      %number = arith.index_castui %block : index to i32
      %is_in = arith.cmpi slt, %number, %rows : i32
      %row = scf.if %is_in -> i32 {
        %place = arith.addi %row0, %number : i32
        %at = arith.extui %place : i32 to i64
        %address = llvm.getelementptr %order[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
        %found = llvm.load %address : !llvm.ptr -> i32
        scf.yield %found : i32
      } else {
        scf.yield %c0_i32 : i32
      }
      %row_i64 = arith.extui %row : i32 to i64
      %first = arith.muli %row_i64, %c8_i64 : i64
      %small = arith.remui %thread, %c8 : index
      %column = arith.index_castui %small : index to i64
      %at = arith.addi %first, %column : i64
      %address = llvm.getelementptr %inputs[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
      // expected-error @+1 {{expected an alignment that divides the 4 bytes of the word, but got 64}}
      %word = llvm.load %address {alignment = 64 : i64} : !llvm.ptr -> i32
      gpu.return
    }
  }
}

// -----

// A bit is no word, since a byte can have other values.

module attributes {gpu.container_module, vib.phase = "kernels", vib.parameters = [], vib.tensors = [#vib.tensor<"x" : tensor<4x8xf32>, place = <arena + 0>>,
      #vib.tensor<"y" : tensor<4xi32>, place = <arena + 128>>], vib.block_bytes = 32 : i64, vib.arena_bytes = 1024 : i64} {
  gpu.module @kernels {
    gpu.func @gather(%inputs: !llvm.ptr, %labels: !llvm.ptr, %order: !llvm.ptr, %arena: memref<1024xi8>, %step: memref<216xi8>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %c36 = arith.constant 36 : index
      %c32_i64 = arith.constant 32 : i64
      %c0_i32 = arith.constant 0 : i32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %view = memref.view %step[%c32][] : memref<216xi8> to memref<1xi32>
      %rows = memref.load %view[%c0] : memref<1xi32>
      %view_0 = memref.view %step[%c36][] : memref<216xi8> to memref<1xi32>
      %row0 = memref.load %view_0[%c0] : memref<1xi32>
      %number = arith.index_castui %block : index to i32
      %is_in = arith.cmpi slt, %number, %rows : i32
      %row = scf.if %is_in -> i32 {
        %place = arith.addi %row0, %number : i32
        %at = arith.extui %place : i32 to i64
        %address = llvm.getelementptr %order[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i32
        %found = llvm.load %address : !llvm.ptr -> i32
        scf.yield %found : i32
      } else {
        scf.yield %c0_i32 : i32
      }
      %row_i64 = arith.extui %row : i32 to i64
      %first = arith.muli %row_i64, %c32_i64 : i64
      %small = arith.remui %thread, %c8 : index
      %column = arith.index_castui %small : index to i64
      %at = arith.addi %first, %column : i64
      %address = llvm.getelementptr %inputs[%at] : (!llvm.ptr, i64) -> !llvm.ptr, i1
      // expected-error @+1 {{expected to read a word of 1, 2, 4 or 8 bytes but got 'i1'}}
      %word = llvm.load %address : !llvm.ptr -> i1
      gpu.return
    }
  }
}
