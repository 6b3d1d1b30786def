// Broken if an argument is accepted that the runtime does not have, or has with another type.
// RUN: vib-opt %s --vib-to-llvm --split-input-file --verify-diagnostics

// expected-error @below {{'gamma' is not a field of the runtime's VibCall}}
func.func @encode(%gamma: f32 {vib.slot = #vib.slot<scalar, "gamma">})
    attributes {vib.entry} {
  return
}

// -----

// expected-error @below {{takes 'rows' as 'i64', but it is 'i32' in the runtime's VibCall}}
func.func @encode(%rows: i64 {vib.slot = #vib.slot<scalar, "rows">})
    attributes {vib.entry} {
  return
}
