// RUN: vib-opt %s -vib-verify-kernels -split-input-file -verify-diagnostics

// Broken if vib-verify-kernels accepts one of these.

// expected-error @below {{expected the phase kernels but got fused}}
module attributes {vib.phase = "fused"} {
}

// -----

// expected-error @below {{expected a memory plan, but vib.tensors is missing}}
module attributes {vib.phase = "kernels", vib.parameters = []} {
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{expected argument 0 to have vib.base or a scalar vib.slot}}
  func.func @step(%a: memref<64xi8>) attributes {vib.entry} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step(%a: memref<64xi8> {vib.base = "arena"}) attributes {vib.entry} {
    // expected-error @below {{expected to launch all units of the kernel but got 3}}
    vib.launch @step.k units(3) (%a) : (memref<64xi8>)
    return
  }
  // expected-note @below {{the number of units of the kernel is 4}}
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    // expected-error @below {{expected a kernel to use only the arena and the stack, without allocating or copying memory}}
    %0 = memref.alloc() : memref<4xf32>
    return
  }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step() attributes {vib.entry} {
    // expected-error @below {{expected only loops and vectors over memory, but this op was not lowered}}
    %0 = tensor.empty() : tensor<4xf32>
    return
  }
}


// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    // expected-error @below {{expected a call of code that kernels share, but step.l has no vib.shared}}
    call @step.l(%b, %e) : (index, index) -> ()
    return
  }
  func.func private @step.l(%b: index, %e: index) attributes {vib.kernel = #vib.kernel_info<"l", entry = "step", units = 4>} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @k.shared(%b: index, %e: index) attributes {vib.shared} {
    // expected-error @below {{expected only kernels to call code that they share}}
    call @l.shared(%b, %e) : (index, index) -> ()
    return
  }
  func.func private @l.shared(%b: index, %e: index) attributes {vib.shared} { return }
}

// -----

// A view goes beyond the arena.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    // expected-error @below {{expected a view within the 64 bytes of its memory, but it takes 64 bytes from byte 16 on}}
    %v = memref.view %a[%c16][] : memref<64xi8> to memref<16xf32>
    return
  }
}

// -----

// A view begins within an element.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    // expected-error @below {{expected an offset that is a multiple of the 4 bytes of an element}}
    %v = memref.view %a[%c1][] : memref<64xi8> to memref<4xf32>
    return
  }
}

// -----

// A kernel of four units takes more than four rows.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4x4xf32>
    scf.for %i = %b to %e step %c1 {
      %j = arith.addi %i, %c1 : index
      // expected-error @below {{expected an access within 'memref<4x4xf32>', but index 0 goes from 1 to 4}}
      %x = vector.load %v[%j, %c0] : memref<4x4xf32>, vector<4xf32>
    }
    return
  }
}

// -----

// A vector goes beyond its row.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4x4xf32>
    // expected-error @below {{expected an access within 'memref<4x4xf32>', but index 1 goes from 1 to 1, with 4 elements from there}}
    %x = vector.load %v[%c0, %c1] : memref<4x4xf32>, vector<4xf32>
    return
  }
}

// -----

// Rows in panels of 16: the column is within the panel. No error.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<2x32xi8>
    scf.for %i = %c0 to %c32 step %c16 {
      %p = arith.divui %i, %c32 : index
      %c = arith.remui %i, %c32 : index
      %x = vector.load %v[%p, %c] : memref<2x32xi8>, vector<16xi8>
    }
    return
  }
}

// -----

// An index that memory determines.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<8xindex>
    %i = memref.load %v[%c0] : memref<8xindex>
    // expected-error @below {{expected index 0 to be one that constants, conditions and the bounds of loops determine}}
    %x = memref.load %v[%i] : memref<8xindex>
    return
  }
}

// -----

// A loop that does not end.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    // expected-error @below {{expected a step that is a positive constant}}
    scf.for %i = %b to %e step %c0 {
    }
    return
  }
}

// -----

// A division by zero.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    // expected-error @below {{expected an integer to be divided only as an unsigned number, by a constant other than 0}}
    %x = arith.divui %b, %c0 : index
    return
  }
}

// -----

// More than the stack has room for.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    // expected-error @below {{expected a kernel to take at most 4194304 bytes of the stack}}
    %x = memref.alloca() : memref<2000000xf32>
    return
  }
}

// -----

// An alignment that nothing provides.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<16xf32>
    // expected-error @below {{expected no alignment but that of new memory, 64 bytes}}
    %x = vector.load %v[%c1] {alignment = 64 : i64} : memref<16xf32>, vector<4xf32>
    return
  }
}

// -----

// A block that is not there.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{expected vib.base of argument 0 to be a block or the arena but got 'attic'}}
  func.func @step(%a: memref<64xi8> {vib.base = "attic"}) attributes {vib.entry} { return }
}

// -----

// A block of another size.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{expected argument 0, 'weights', to have the type 'memref<64xi8>' but got 'memref<128xi8>'}}
  func.func @step(%a: memref<128xi8> {vib.base = "weights"}) attributes {vib.entry} { return }
}

// -----

// LLVM is told that no two arguments overlap.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{takes 'arena' twice}}
  func.func @step(%a: memref<64xi8> {vib.base = "arena"}, %b: memref<64xi8> {vib.base = "arena"}) attributes {vib.entry} { return }
}

// -----

// A launch passes the moments in place of the weights.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step(%a: memref<64xi8> {vib.base = "moment1"}) attributes {vib.entry} {
    // expected-error @below {{expected operand 0 to be the argument of the entry that the kernel takes}}
    vib.launch @step.k units(4) (%a) : (memref<64xi8>)
    return
  }
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "weights"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} { return }
}

// -----

// Memory that is freed too early.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step() attributes {vib.entry} {
    %c0 = arith.constant 0 : index
    %m = memref.alloc() : memref<4xf32>
    memref.dealloc %m : memref<4xf32>
    // expected-error @below {{uses memory after it has been freed}}
    %x = memref.load %m[%c0] : memref<4xf32>
    return
  }
}

// -----

// Memory that is freed twice.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step() attributes {vib.entry} {
    %m = memref.alloc() : memref<4xf32>
    // expected-error @below {{expected memory to be freed once, where it is allocated}}
    memref.dealloc %m : memref<4xf32>
    memref.dealloc %m : memref<4xf32>
    return
  }
}

// -----

// Memory that the entry has not allocated.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step(%a: memref<64xi8> {vib.base = "arena"}) attributes {vib.entry} {
    // expected-error @below {{expected an entry to free only memory that it has allocated}}
    memref.dealloc %a : memref<64xi8>
    return
  }
}

// -----

// Memory of a size that is not known.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func @step() attributes {vib.entry} {
    %c4 = arith.constant 4 : index
    // expected-error @below {{expected memory with a static size but got 'memref<?xi8>'}}
    %m = memref.alloc(%c4) : memref<?xi8>
    memref.dealloc %m : memref<?xi8>
    return
  }
}

// -----

// Memory that has another name after a branch.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4xf32>
    %isLess = arith.cmpi slt, %b, %e : index
    // expected-error @below {{expected only numbers and vectors as results}}
    %m = scf.if %isLess -> memref<4xf32> {
      scf.yield %v : memref<4xf32>
    } else {
      scf.yield %v : memref<4xf32>
    }
    return
  }
}

// -----

// A loop whose index overflows before it reaches the end.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %most = arith.constant 9223372036854775807 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4xf32>
    scf.for %i = %c0 to %most step %c2 {
      %j = arith.remui %i, %c4 : index
      // expected-error @below {{expected index 0 to be one that constants, conditions and the bounds of loops determine}}
      %x = memref.load %v[%j] : memref<4xf32>
    }
    return
  }
}

// -----

// A kernel that is shared code, too, could call itself.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{expected only one of vib.entry, vib.kernel and vib.shared}}
  func.func private @step.k(%b: index, %e: index) attributes {vib.shared, vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    return
  }
}

// -----

// A call in no function.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  // expected-error @below {{expected only kernels to call code that they share}}
  func.call @shared() : () -> ()
  func.func private @shared() attributes {vib.shared} { return }
}

// -----

// LLVM is told that two views of the shared code do not overlap.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4xf32>
    %w = memref.view %a[%c8][] : memref<64xi8> to memref<4xf32>
    // expected-error @below {{passes overlapping views, but argument 2 of shared is llvm.noalias}}
    call @shared(%b, %e, %v, %w) : (index, index, memref<4xf32>, memref<4xf32>) -> ()
    return
  }
  func.func private @shared(%b: index, %e: index, %v: memref<4xf32> {llvm.noalias}, %w: memref<4xf32>) attributes {vib.shared} { return }
}

// -----

// A kernel of more units than the shared code has room for.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 5>} {
    %c0 = arith.constant 0 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4xf32>
    call @shared(%b, %e, %v) : (index, index, memref<4xf32>) -> ()
    return
  }
  func.func private @shared(%b: index, %e: index, %v: memref<4xf32>) attributes {vib.shared} {
    %c1 = arith.constant 1 : index
    scf.for %i = %b to %e step %c1 {
      // expected-error @below {{expected an access within 'memref<4xf32>', but index 0 goes from 0 to 4}}
      %x = memref.load %v[%i] : memref<4xf32>
    }
    return
  }
}

// -----

// An unsigned loop to -1 runs on where a signed one would not run.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = #vib.kernel_info<"k", entry = "step", units = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %last = arith.constant -1 : index
    %v = memref.view %a[%c0][] : memref<64xi8> to memref<4xf32>
    // expected-error @below {{expected a loop that compares signed numbers, but it is unsigned}}
    scf.for unsigned %i = %c0 to %last step %c1 {
      %x = memref.load %v[%i] : memref<4xf32>
    }
    return
  }
}

// -----

// A program has moments and an average only if the optimizer and the settings have them.
module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64, vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>, schedule = #vib.constant>} {
  // expected-error @below {{takes 'moment1', which this entry does not have with vib.training}}
  func.func @train_step(%w: memref<64xi8> {vib.base = "weights"}, %m: memref<64xi8> {vib.base = "moment1"}) attributes {vib.entry} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64, vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>, schedule = #vib.constant>} {
  // expected-error @below {{takes 'moment1', which this entry does not have with vib.training}}
  func.func @encode(%w: memref<64xi8> {vib.base = "weights"}, %m: memref<64xi8> {vib.base = "moment1"}) attributes {vib.entry} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64, vib.training = #vib.training<epochs = 1, seed = 0, optimizer = #vib.sgd<lr = 0.1>, schedule = #vib.constant, average = 0.9>} {
  // expected-error @below {{expected the training step to update 'average', which vib.training has}}
  func.func @train_step(%w: memref<64xi8> {vib.base = "weights"}) attributes {vib.entry} { return }
}
