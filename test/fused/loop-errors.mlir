// Broken if vib-verify-step accepts an op that fusion or the emitters cannot compile
// faithfully. vib-verify-fused verifies the bodies of kernels by the same code.
// RUN: vib-opt %s -vib-verify-fused -split-input-file -verify-diagnostics -o /dev/null

// A map of a constant: it would read one element for all rows.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8x4xf32>
    // expected-error @+1 {{expected operand 0 to be indexed by loops or sums of multiples of them, each loop at most once, but its map is affine_map<(d0, d1) -> (d0, 0)>}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b, k) -> (b, 0)>, affine_map<(b, k) -> (b, k)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<8x4xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A map of a quotient.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<16xf32>
    // expected-error @+1 {{expected operand 0 to be indexed by loops or sums of multiples of them, each loop at most once}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b) -> (b floordiv 2, 0)>, affine_map<(b) -> (b)>],
                         iterator_types = ["parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%e : tensor<16xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<16xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// Windows that overlap would be written by several positions at the same time.
func.func @predict(%x: tensor<8x4x2xf32>) {
  %none = tensor.empty() : tensor<8x5xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4x2xf32>) outs(%none as %none : tensor<8x5xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8x5xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8x5xf32>) -> tensor<8x5xf32>
    // expected-error @+1 {{expected each position to write an element of its own, but the map of operand 1 is affine_map<(d0, d1, d2) -> (d0, d1 + d2)>}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b, h, r) -> (b, h, r)>, affine_map<(b, h, r) -> (b, h + r)>],
                         iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%x : tensor<8x4x2xf32>) outs(%z : tensor<8x5xf32>) {
    ^bb0(%a: f32, %o: f32):
      %s = arith.addf %o, %a : f32
      linalg.yield %s : f32
    } -> tensor<8x5xf32>
    vib.yield %0 : tensor<8x5xf32>
  } -> tensor<8x5xf32>
  return
}

// -----

// What lies between the windows would be undefined.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x8xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8x8xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    // expected-error @+1 {{expected it to add to operand 1, of which it does not write all elements}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b, h) -> (b, h)>, affine_map<(b, h) -> (b, h * 2)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%z : tensor<8x8xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<8x8xf32>
    vib.yield %0 : tensor<8x8xf32>
  } -> tensor<8x8xf32>
  return
}

// -----

// The index is 0 to 6, although it is 3 at the first and at the last position.
func.func @predict(%x: tensor<4xf32>) {
  %none = tensor.empty() : tensor<4x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<4xf32>) outs(%none as %none : tensor<4x4xf32>) {
    // expected-error @+1 {{expected the indices of operand 0 to be within dimension 0, which has 4 elements, but its map is affine_map<(d0, d1) -> (d0 - d1 + 3)>}}
    %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i - j + 3)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<4xf32>) outs(%none : tensor<4x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<4x4xf32>
    vib.yield %0 : tensor<4x4xf32>
  } -> tensor<4x4xf32>
  return
}

// -----

// All columns would write one element at the same time.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8xf32>
    // expected-error @+1 {{expected loop 1, which is not a reduction, to be a dimension of each result}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b, k) -> (b, k)>, affine_map<(b, k) -> (b)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<8xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A stride.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    // expected-error @+1 {{expected strides of 1 but got 2}}
    %0 = tensor.extract_slice %x[0, 0] [8, 2] [1, 2] : tensor<8x4xf32> to tensor<8x2xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// An offset that is not a number.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %i = arith.constant 1 : index
    // expected-error @+1 {{expected offsets, sizes and strides to be numbers}}
    %0 = tensor.extract_slice %x[0, %i] [8, 2] [1, 1] : tensor<8x4xf32> to tensor<8x2xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// Two parts of a tensor overlap.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8x6xf32>
    // expected-note @+1 {{the other slice is here}}
    %0 = tensor.insert_slice %x into %e[0, 0] [8, 4] [1, 1] : tensor<8x4xf32> into tensor<8x6xf32>
    // expected-error @+1 {{expected slices that do not overlap}}
    %1 = tensor.insert_slice %x into %0[0, 2] [8, 4] [1, 1] : tensor<8x4xf32> into tensor<8x6xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A part of a tensor is missing.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8x6xf32>
    // expected-note @+1 {{the tensor is defined here}}
    %0 = tensor.insert_slice %x into %e[0, 0] [8, 4] [1, 1] : tensor<8x4xf32> into tensor<8x6xf32>
    // expected-error @+1 {{reads elements that no op has written}}
    %1 = tensor.extract_slice %0[0, 0] [8, 2] [1, 1] : tensor<8x6xf32> to tensor<8x2xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A contraction starts from what was in memory.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    // expected-note @+1 {{the tensor is defined here}}
    %e = tensor.empty() : tensor<8x8xf32>
    // expected-error @+1 {{reads elements that no op has written}}
    %0 = linalg.contract indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>,
                                          affine_map<(m, n, k) -> (m, n)>]
        ins(%x, %x : tensor<8x4xf32>, tensor<8x4xf32>) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// An element type that no target has.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    // expected-error @+1 {{expected a tensor of i8, i32, bf16, f32 or f64 without dimensions of 0 but got 'tensor<8x4xf16>'}}
    %e = tensor.empty() : tensor<8x4xf16>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A constant that is a tensor.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    // expected-error @+1 {{expected a number of i1, i8, i32, i64, index, bf16, f32 or f64 but got 'tensor<8xf32>'}}
    %e = arith.constant dense<1.0> : tensor<8xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// A flag would let LLVM change the number.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8x4xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(b, k) -> (b, k)>, affine_map<(b, k) -> (b, k)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) {
    ^bb0(%a: f32, %o: f32):
      // expected-error @+1 {{expected no flags that allow other results}}
      %s = arith.addf %a, %a fastmath<fast> : f32
      linalg.yield %s : f32
    } -> tensor<8x4xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}

// -----

// Not every result has a name.
func.func @predict(%x: tensor<8x4xf32>) {
  %none = tensor.empty() : tensor<8x4xf32>
  %y = vib.kernel "k" ins(%x : tensor<8x4xf32>) outs(%none as %none : tensor<8x4xf32>) {
    %e = tensor.empty() : tensor<8x4xf32>
    // expected-error @+1 {{expected vib.names to have a string for each result}}
    %0 = linalg.generic {indexing_maps = [affine_map<(b, k) -> (b, k)>, affine_map<(b, k) -> (b, k)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<8x4xf32>) outs(%e : tensor<8x4xf32>) attrs = {vib.names = []} {
    ^bb0(%a: f32, %o: f32):
      linalg.yield %a : f32
    } -> tensor<8x4xf32>
    vib.yield %x : tensor<8x4xf32>
  } -> tensor<8x4xf32>
  return
}
