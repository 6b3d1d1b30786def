// Broken if an error is left to a later phase, which could not report it in the user's terms.
// RUN: vib-opt %s --vib-lower-launches --split-input-file --verify-diagnostics

// expected-error @below {{expected argument 0 to have vib.base (a block or the arena) or vib.slot (a scalar)}}
func.func @encode(%arena: memref<64xi8>) attributes {vib.entry} {
  return
}

// -----

func.func private @k(%begin: index, %end: index, %arena: memref<64xi8>) {
  return
}
func.func @encode(%arena: memref<64xi8> {vib.base = "arena"}) attributes {vib.entry} {
  %buffer = memref.alloc() : memref<64xi8>
  // expected-error @below {{expected operand 0 to be an argument of its entry @encode}}
  vib.launch @k units(1) (%buffer) : (memref<64xi8>)
  return
}

// -----

func.func private @k(%begin: index, %end: index, %base: memref<64xi8>) {
  return
}
func.func @encode(%arena: memref<64xi8> {vib.base = "arena"},
                  %weights: memref<64xi8> {vib.base = "weights"})
    attributes {vib.entry} {
  vib.launch @k units(1) (%arena) : (memref<64xi8>)
  // expected-error @below {{expected all launches of @k to pass the same arguments}}
  vib.launch @k units(1) (%weights) : (memref<64xi8>)
  return
}
