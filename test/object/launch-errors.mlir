// What a later phase could not say in the user's terms is said here.
// RUN: vib-opt %s --vib-lower-launches --split-input-file --verify-diagnostics

// expected-error @below {{expected argument 0 to be a base (vib.base) or a scalar (vib.slot)}}
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
  // expected-error @below {{launches @k with other arguments than before}}
  vib.launch @k units(1) (%weights) : (memref<64xi8>)
  return
}
