// Broken if a window that has no meaning is accepted, or is refused without saying what
// was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

func.func @larger_than_the_image(%x: tensor<?x4x9x1xf32>) {
  // expected-error @+1 {{expected windows that fit into the image, but their height is 5 and that of the image is 4}}
  %0 = vib.conv2d %x @c kernel(5, 5) channels(2) : tensor<?x4x9x1xf32>
  return
}

// -----

func.func @larger_with_dilation(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected windows that fit into the image, but their width is 13 and that of the image with its padding is 11}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) padding([0, 1]) dilation(2, 6) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @much_padding(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected less padding than the height of a window, 3, but got 3}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) padding([3, 0]) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @no_images(%x: tensor<?x81xf32>) {
  // expected-error @+1 {{expected images, as in 'tensor<?x28x28x1xf32>' with height, width and channels, but got 'tensor<?x81xf32>'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) : tensor<?x81xf32>
  return
}

// -----

func.func @no_kernel(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the size of the windows, as in 'kernel(5, 5)'}}
  %0 = vib.conv2d %x @c channels(2) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @no_channels(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the channels of the result, as in 'channels(32)', or its type}}
  %0 = vib.conv2d %x @c kernel(3, 3) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @unknown_clause(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected one of 'kernel', 'channels', 'stride', 'padding', 'dilation', 'groups' but got 'strides'; did you mean 'stride'?}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) strides(2, 2) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @twice(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected 'kernel' once}}
  %0 = vib.conv2d %x @c kernel(3, 3) kernel(5, 5) channels(2) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @one_number(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected 2 numbers but got 1}}
  %0 = vib.conv2d %x @c kernel(3) channels(2) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @three_numbers(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected 2 or 4 numbers but got 3}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) padding([1, 1, 1]) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @padding(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected 'valid', 'same' or numbers, as in '[1, 1]', but got 'full'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) padding(full) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @no_stride(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected a stride to be a whole number from 1 to 65536 but got '0'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) stride(1, 0) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @channels(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected a result of 2 channels but got 'tensor<?x7x7x3xf32>'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) : tensor<?x9x9x1xf32> -> tensor<?x7x7x3xf32>
  return
}

// -----

func.func @another_shape(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv2d' op expected a result of 'tensor<?x7x7x3xf32>' but got 'tensor<?x9x9x3xf32>'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(3) : tensor<?x9x9x1xf32> -> tensor<?x9x9x3xf32>
  return
}

// -----

func.func @another_type(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv2d' op expected a result of 'f32' as its input is, but got 'f64'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(3) : tensor<?x9x9x1xf32> -> tensor<?x7x7x3xf64>
  return
}

// -----

func.func @groups(%x: tensor<?x9x9x4xf32>) {
  // expected-error @+1 {{'vib.conv2d' op expected groups that divide the 4 channels of the input and the 6 of the result but got 4}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(6) groups(4) : tensor<?x9x9x4xf32>
  return
}

// -----

func.func @no_groups(%x: tensor<?x9x9x4xf32>) {
  // expected-error @+1 {{expected the number of groups to be a whole number of at least 1 but got '0'}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(6) groups(0) : tensor<?x9x9x4xf32>
  return
}

// -----

func.func @groups_of_transposed(%x: tensor<?x9x9x4xf32>) {
  // expected-error @+1 {{'vib.conv_transpose2d' op expected groups that divide the 4 channels of the input and the 2 of the result but got 3}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) groups(3) : tensor<?x9x9x4xf32>
  return
}

// -----

func.func @generic_groups(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv2d' op expected groups that divide the 1 channel of the input and the 3 of the result but got 0}}
  %0 = "vib.conv2d"(%x) <{name = "c", kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 0 : i64}> : (tensor<?x9x9x1xf32>) -> tensor<?x7x7x3xf32>
  return
}

// -----

func.func @generic(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv2d' op expected its stride to be 2 numbers from 1 to 65536 but got [0, 1]}}
  %0 = "vib.conv2d"(%x) <{name = "c", kernel = array<i64: 3, 3>, strides = array<i64: 0, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}> : (tensor<?x9x9x1xf32>) -> tensor<?x7x7x3xf32>
  return
}

// -----

func.func @transposed_same(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the padding of a transposed convolution to be 'valid' or numbers, as in '[1, 1]', but got 'same'}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) padding(same) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @large_output_padding(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected less output padding of the width than its stride or its dilation, 2, but got 2}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) stride(2, 2) output_padding(1, 2) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @transposed_to_nothing(%x: tensor<?x1x9x1xf32>) {
  // expected-error @+1 {{expected a result with a height of 1 to 68719476736, but with this padding it is -1}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) padding([2, 2]) : tensor<?x1x9x1xf32>
  return
}

// -----

func.func @transposed_padding(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected less padding than the height of a window, 3, but got 3}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) padding([3, 0]) : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @transposed_shape(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv_transpose2d' op expected a result of 'tensor<?x11x11x2xf32>' but got 'tensor<?x12x11x2xf32>'}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) : tensor<?x9x9x1xf32> -> tensor<?x12x11x2xf32>
  return
}

// -----

func.func @transposed_channels(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected a result of 2 channels but got 'tensor<?x11x11x3xf32>'}}
  %0 = vib.conv_transpose2d %x @c kernel(3, 3) channels(2) : tensor<?x9x9x1xf32> -> tensor<?x11x11x3xf32>
  return
}

// -----

func.func @transposed_generic(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.conv_transpose2d' op expected its output padding to be 2 numbers from 0 to 65536 but got [-1, 0]}}
  %0 = "vib.conv_transpose2d"(%x) <{name = "c", kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, output_padding = array<i64: -1, 0>, dilations = array<i64: 1, 1>}> : (tensor<?x9x9x1xf32>) -> tensor<?x10x11x3xf32>
  return
}

// -----

func.func @small_network(%x: tensor<?x5x9x1xf32>) {
  // expected-error @+1 {{expected windows that fit into the image, but their height is 3 and that of the image is 1, of layer 3}}
  %0 = vib.cnn %x @c relu kernel(3, 3) [2, pool, 4] : tensor<?x5x9x1xf32>
  return
}

// -----

func.func @network_of_a_word(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the number of channels, or 'pool', to be a whole number of at least 1 but got 'max'}}
  %0 = vib.cnn %x @c relu kernel(3, 3) [2, max] : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @padded_network(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the padding of all convolutions to be 'valid' or 'same'}}
  %0 = vib.cnn %x @c relu kernel(3, 3) padding([1, 1]) [2] : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @network_of_another_shape(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.cnn' op expected a result of 'tensor<?x7x7x2xf32>' but got 'tensor<?x9x9x2xf32>'}}
  %0 = vib.cnn %x @c relu kernel(3, 3) [2] : tensor<?x9x9x1xf32> -> tensor<?x9x9x2xf32>
  return
}

// -----

func.func @network_without_kernel(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{expected the size of the windows, as in 'kernel(3, 3)'}}
  %0 = vib.cnn %x @c relu [2] : tensor<?x9x9x1xf32>
  return
}

// -----

func.func @generic_network(%x: tensor<?x9x9x1xf32>) {
  // expected-error @+1 {{'vib.cnn' op expected a list of channels of at least 1, or 'pool'}}
  %0 = "vib.cnn"(%x) <{name = "c", activation = 0 : i32, kernel = array<i64: 3, 3>, channels = array<i64: -1>}> : (tensor<?x9x9x1xf32>) -> tensor<?x7x7x2xf32>
  return
}

// -----

func.func @many_taps(%x: tensor<?x99x99x1xf32>) {
  // expected-error @+1 {{'vib.max_pool' op expected windows of at most 256 elements but got 17 x 17}}
  %0 = vib.max_pool %x window(17, 17) : tensor<?x99x99x1xf32>
  return
}

// -----

func.func @pooled_channels(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{'vib.max_pool' op expected a result of 'tensor<?x4x4x3xf32>' but got 'tensor<?x4x4x2xf32>'}}
  %0 = vib.max_pool %x window(2, 2) : tensor<?x8x8x3xf32> -> tensor<?x4x4x2xf32>
  return
}

// -----

func.func @padded_mean(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{expected one of 'window', 'stride' but got 'padding'}}
  %0 = vib.avg_pool %x window(2, 2) padding([1, 1]) : tensor<?x8x8x3xf32>
  return
}

// -----

func.func @averaged_taps(%x: tensor<?x99x99x1xf32>) {
  // expected-error @+1 {{'vib.avg_pool' op expected windows of at most 256 elements but got 17 x 17}}
  %0 = vib.avg_pool %x window(17, 17) : tensor<?x99x99x1xf32>
  return
}

// -----

func.func @averaged_channels(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{'vib.avg_pool' op expected a result of 'tensor<?x4x4x3xf32>' but got 'tensor<?x4x4x2xf32>'}}
  %0 = vib.avg_pool %x window(2, 2) : tensor<?x8x8x3xf32> -> tensor<?x4x4x2xf32>
  return
}

// -----

func.func @mean_of_rows(%x: tensor<?x8xf32>) {
  // expected-error @+1 {{expected images, as in 'tensor<?x28x28x1xf32>' with height, width and channels, but got 'tensor<?x8xf32>'}}
  %0 = vib.global_avg_pool %x : tensor<?x8xf32>
  return
}

// -----

func.func @mean_of_other_channels(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{'vib.global_avg_pool' op expected a result of width 3, the channels of 'tensor<?x8x8x3xf32>', but got 4}}
  %0 = vib.global_avg_pool %x : tensor<?x8x8x3xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @mean_of_another_type(%x: tensor<?x8x8x3xf32>) {
  // expected-error @+1 {{'vib.global_avg_pool' op expected a result of 'f32' as its input is, but got 'f64'}}
  %0 = vib.global_avg_pool %x : tensor<?x8x8x3xf32> -> tensor<?x3xf64>
  return
}

// -----

func.func @scaled_to_another_image(%x: tensor<?x28x28x1xui8>) {
  // expected-error @+1 {{'vib.scale' op expected a result with the dimensions of 'tensor<?x28x28x1xui8>', or with one dimension after the batch, but got 'tensor<?x28x14x2xf32>'}}
  %0 = vib.scale %x to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x14x2xf32>
  return
}

// -----

func.func @huge_image(%x: tensor<?x9223372036854775807x9x1xf32>) {
  // expected-error @+1 {{expected an image with a height of at most 68719476736 but got 9223372036854775807}}
  %0 = vib.conv2d %x @c kernel(3, 3) channels(2) padding(same) : tensor<?x9223372036854775807x9x1xf32>
  return
}

// -----

// One layer is not both.
vib.model @names(%x: tensor<?x4x4x1xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{'encode.0.weight' is here}}
  %0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(2) : tensor<?x4x4x1xf32>
  %1 = vib.flatten %0 : tensor<?x2x2x2xf32>
  // expected-error @+1 {{'vib.linear' op expected a name of its own, or the shape [3, 3, 1, 2] that the parameter 'encode.0.weight' has already, but got [8, 4]}}
  %s = vib.linear %1 @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
