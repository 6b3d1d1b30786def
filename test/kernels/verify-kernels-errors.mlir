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
  func.func private @step.k(%b: index, %e: index, %a: memref<64xi8> {vib.base = "arena"}) attributes {vib.kernel = {name = "k", entry = "step", units = 4 : i64}} { return }
}

// -----

module attributes {vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64} {
  func.func private @step.k(%b: index, %e: index) attributes {vib.kernel = {name = "k", entry = "step", units = 4 : i64}} {
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
  func.func private @step.k(%b: index, %e: index) attributes {vib.kernel = {name = "k", entry = "step", units = 4 : i64}} {
    // expected-error @below {{expected a call of code that kernels share, but step.l has no vib.shared}}
    call @step.l(%b, %e) : (index, index) -> ()
    return
  }
  func.func private @step.l(%b: index, %e: index) attributes {vib.kernel = {name = "l", entry = "step", units = 4 : i64}} { return }
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
