// Broken if features that do not fit together are accepted, or are refused without saying what
// was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

func.func @one_operand(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.concat' op expected at least two operands but got 1}}
  %0 = vib.concat %a : tensor<?x8xf32>
  return
}

// -----

func.func @other_positions(%a: tensor<?x8xf32>, %b: tensor<?x2x8xf32>) {
  // expected-error @+1 {{'vib.concat' op expected operands that differ only in their last dimension but got 'tensor<?x8xf32>' and 'tensor<?x2x8xf32>'}}
  %0 = vib.concat %a, %b : tensor<?x8xf32>, tensor<?x2x8xf32>
  return
}

// -----

func.func @other_images(%a: tensor<?x4x6x8xf32>, %b: tensor<?x6x4x8xf32>) {
  // expected-error @+1 {{'vib.concat' op expected operands that differ only in their last dimension but got 'tensor<?x4x6x8xf32>' and 'tensor<?x6x4x8xf32>'}}
  %0 = vib.concat %a, %b : tensor<?x4x6x8xf32>, tensor<?x6x4x8xf32>
  return
}

// -----

func.func @other_type(%a: tensor<?x8xf32>, %b: tensor<?x8xf64>) {
  // expected-error @+1 {{'vib.concat' op expected operands that differ only in their last dimension but got 'tensor<?x8xf32>' and 'tensor<?x8xf64>'}}
  %0 = vib.concat %a, %b : tensor<?x8xf32>, tensor<?x8xf64>
  return
}

// -----

func.func @labels(%a: tensor<?x8xf32>, %b: tensor<?xi32>) {
  // expected-error @+1 {{'vib.concat' op expected each operand to have at least two dimensions, the batch and a width, but got 'tensor<?xi32>'}}
  %0 = vib.concat %a, %b : tensor<?x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @other_width(%a: tensor<?x8xf32>, %b: tensor<?x3xf32>) {
  // expected-error @+1 {{'vib.concat' op expected a result of 'tensor<?x11xf32>' but got 'tensor<?x12xf32>'}}
  %0 = vib.concat %a, %b : tensor<?x8xf32>, tensor<?x3xf32> -> tensor<?x12xf32>
  return
}

// -----

func.func @empty_range(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{expected a range within the 8 features of the input, as in '[0 : 8]', but got [4 : 4]}}
  %0 = vib.slice %a [4 : 4] : tensor<?x8xf32>
  return
}

// -----

func.func @beyond_the_end(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{expected a range within the 8 features of the input, as in '[0 : 8]', but got [4 : 9]}}
  %0 = vib.slice %a [4 : 9] : tensor<?x8xf32>
  return
}

// -----

// The op that reads the result is not blamed.
func.func @upside_down(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{expected a range within the 8 features of the input, as in '[0 : 8]', but got [5 : 3]}}
  %0 = vib.slice %a [5 : 3] : tensor<?x8xf32>
  %1 = vib.relu %0 : tensor<?x2xf32>
  return
}

// -----

func.func @negative(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{expected the first feature to be a whole number of at least 0 but got '-2'}}
  %0 = vib.slice %a [-2 : 8] : tensor<?x8xf32>
  return
}

// -----

func.func @generic_range(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.slice' op expected a range within the 8 features of the input, as in '[0 : 8]', but got [-2 : 8]}}
  %0 = "vib.slice"(%a) <{begin = -2 : i64, end = 8 : i64}> : (tensor<?x8xf32>) -> tensor<?x10xf32>
  return
}

// -----

func.func @sliced_to_another_width(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.slice' op expected a result of 'tensor<?x4xf32>' but got 'tensor<?x5xf32>'}}
  %0 = vib.slice %a [4 : 8] : tensor<?x8xf32> -> tensor<?x5xf32>
  return
}

// -----

func.func @other_number(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.reshape' op expected a result with as many elements for each example as 'tensor<?x8xf32>', 8, but got 'tensor<?x3x3xf32>', which has 9}}
  %0 = vib.reshape %a [3, 3] : tensor<?x8xf32>
  return
}

// -----

func.func @no_shape(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{expected the dimensions of the result, as in '[7, 7, 64]' before the colon, or its type}}
  %0 = vib.reshape %a : tensor<?x8xf32>
  return
}

// -----

func.func @no_image(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.reshape' op expected the result of 'channels_first' to be images, as 'tensor<?x28x28x1xf32>' with height, width and channels, but got 'tensor<?x2x4xf32>'}}
  %0 = vib.reshape %a channels_first [2, 4] : tensor<?x8xf32>
  return
}

// -----

func.func @many_dimensions(%a: tensor<?x16xf32>) {
  // expected-error @+1 {{'vib.reshape' op expected tensors of two to four dimensions but got 'tensor<?x2x2x2x2xf32>'}}
  %0 = vib.reshape %a [2, 2, 2, 2] : tensor<?x16xf32>
  return
}

// -----

func.func @huge(%a: tensor<?x8xf32>) {
  // expected-error @+1 {{'vib.reshape' op expected a result with as many elements for each example as 'tensor<?x8xf32>', 8, but got 'tensor<?x4294967296x4294967296xf32>'}}
  %0 = vib.reshape %a [4294967296, 4294967296] : tensor<?x8xf32>
  return
}

// -----

func.func @bytes(%a: tensor<?x8xui8>) {
  // expected-error @+1 {{'vib.reshape' op expected the input to be f32 or f64 but got 'ui8'}}
  %0 = vib.reshape %a [2, 4] : tensor<?x8xui8>
  return
}
