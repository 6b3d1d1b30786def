// RUN: vib-opt %s -verify-diagnostics -split-input-file

// What one op can tell of itself. The ops stand in functions, so that each case
// is as short as it can be.

func.func @scale_of_floats(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.scale' op expected the range of the input, such as 'from [0.0, 16.0]', which only bytes need not have}}
  %0 = vib.scale %x to [-1.0, 1.0] : tensor<?x4xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @scale_of_integers(%x: tensor<?x4xi32>) {
  // expected-error @+1 {{'vib.scale' op expected an input of ui8, f32 or f64 but got 'i32'}}
  %0 = vib.scale %x from [0.0, 3.0] to [-1.0, 1.0] : tensor<?x4xi32>
  return
}

// -----

func.func @scale_from_reversed(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.scale' op expected the lower bound to be below the upper one but got [16.0, 0.0]}}
  %0 = vib.scale %x from [16.0, 0.0] to [-1.0, 1.0] : tensor<?x4xf32>
  return
}

// -----

func.func @scale_from_half(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{'vib.scale' op expected both bounds of 'from' but got one}}
  %0 = "vib.scale"(%x) {from_low = 0.0 : f64, low = 0.0 : f64, high = 1.0 : f64} : (tensor<?x4xui8>) -> tensor<?x4xf32>
  return
}

// -----

func.func @scale_from_a_point(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.scale' op expected ranges whose bounds and widths, and the quotient of whose widths, are numbers of 'f32'}}
  %0 = vib.scale %x from [0.0, 1.0e-60] to [-1.0, 1.0] : tensor<?x4xf32>
  return
}

// -----

func.func @scale_from_too_far(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.scale' op expected ranges whose bounds and widths, and the quotient of whose widths, are numbers of 'f32'}}
  %0 = vib.scale %x from [-1.0e300, 0.0] to [-1.0, 1.0] : tensor<?x4xf32>
  return
}

// -----

func.func @scale_from_one_bound(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected ','}}
  %0 = vib.scale %x from [16.0] to [-1.0, 1.0] : tensor<?x4xf32>
  return
}

// -----

func.func @sum_of_labels(%x: tensor<?xi32>) {
  // expected-error @+1 {{'vib.add' op expected the operands to have at least two dimensions, the batch and a width, but got 'tensor<?xi32>'}}
  %0 = vib.add %x, %x : tensor<?xi32>
  return
}

// -----

func.func @sum_of_labels(%x: tensor<?xi32>) {
  // expected-error @+1 {{'vib.mul' op expected the operands to have at least two dimensions, the batch and a width, but got 'tensor<?xi32>'}}
  %0 = vib.mul %x, %x : tensor<?xi32>
  return
}

// -----

func.func @scale_reversed(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{'vib.scale' op expected the lower bound to be below the upper one but got [1.0, -1.0]}}
  %0 = vib.scale %x to [1.0, -1.0] : tensor<?x4xui8>
  return
}

// -----

func.func @scale_not_finite(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{'vib.scale' op expected finite bounds but got [NaN, 1.0]}}
  %0 = vib.scale %x to [0x7FF8000000000000 : f64, 1.0] : tensor<?x4xui8>
  return
}

// -----

func.func @scale_to_bits(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{expected a number but got hexadecimal digits without the type of their bits, ': f64'}}
  %0 = vib.scale %x to [0.0, 0x3FF0000000000000] : tensor<?x4xui8>
  return
}

// -----

func.func @scale_to_words(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{expected a number, such as 1.0e-3, but got '"one"'}}
  %0 = vib.scale %x to [0.0, "one"] : tensor<?x4xui8>
  return
}

// -----

func.func @flatten_to_wrong_width(%x: tensor<?x28x28xf32>) {
  // expected-error @+1 {{'vib.flatten' op expected a result of width 784, all of 'tensor<?x28x28xf32>' but its batch, but got 785}}
  %0 = vib.flatten %x : tensor<?x28x28xf32> -> tensor<?x785xf32>
  return
}

// -----

func.func @flatten_of_a_batch_alone(%x: tensor<?xf32>) {
  // expected-error @+1 {{'vib.flatten' op expected at least one dimension beside the batch but got 'tensor<?xf32>'}}
  %0 = vib.flatten %x : tensor<?xf32> -> tensor<?x1xf32>
  return
}

// -----

func.func @flatten_of_unknown_size(%x: tensor<?x?x28xf32>) {
  // expected-error @+1 {{'vib.flatten' op expected only the batch to be '?' but got 'tensor<?x?x28xf32>'}}
  %0 = vib.flatten %x : tensor<?x?x28xf32>
  return
}

// -----

func.func @flatten_of_too_many_elements(%x: tensor<?x4294967296x4294967296xf32>) {
  // expected-error @+1 {{expected fewer than 2^63 elements for an example but got 'tensor<?x4294967296x4294967296xf32>'}}
  %0 = vib.flatten %x : tensor<?x4294967296x4294967296xf32>
  return
}

// -----

func.func @flatten_of_uncounted_elements(%x: tensor<?x4294967296x4294967296xf32>) {
  // expected-error @+1 {{'vib.flatten' op expected an input with fewer than 2^63 elements for an example but got 'tensor<?x4294967296x4294967296xf32>'}}
  %0 = vib.flatten %x : tensor<?x4294967296x4294967296xf32> -> tensor<?x1xf32>
  return
}

// -----

func.func @flatten_changes_the_batch(%x: tensor<4x2x2xf32>) {
  // expected-error @+1 {{'vib.flatten' op expected the batch of the input 'tensor<4x2x2xf32>' and of the result 'tensor<8x4xf32>' to be the same}}
  %0 = vib.flatten %x : tensor<4x2x2xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @flatten_of_a_batch_of_a_number(%x: tensor<?x2x2xf32>) {
  // expected-error @+2 {{'vib.flatten' op expected the batch of the input 'tensor<?x2x2xf32>' and of the result 'tensor<64x4xf32>' to be the same}}
  // expected-note @+1 {{a model's batch is '?' throughout: vib.train says how many rows it has}}
  %0 = vib.flatten %x : tensor<?x2x2xf32> -> tensor<64x4xf32>
  return
}

// -----

func.func @misspelt(%x: tensor<?x4xf32>) {
  // expected-error @+2 {{there is no op 'vib.rellu'; did you mean 'vib.relu'?}}
  // expected-note @+1 {{layers: vib.add, vib.avg_pool, vib.batch_norm, vib.cnn, vib.concat, vib.conv2d, vib.conv_transpose2d, vib.dropout, vib.embedding, vib.flatten, vib.global_avg_pool, vib.layer_norm, vib.linear, vib.mlp, vib.max_pool, vib.mul, vib.one_hot, vib.reshape, vib.scale}}
  %0 = vib.rellu %x : tensor<?x4xf32>
  return
}

// -----

func.func @misspelt_long(%x: tensor<?x4xf32>) {
  // expected-error @+2 {{there is no op 'vib.reparametrise'; did you mean 'vib.reparameterize'?}}
  // expected-note @+1 {{layers: vib.add, vib.avg_pool, vib.batch_norm, vib.cnn, vib.concat, vib.conv2d, vib.conv_transpose2d, vib.dropout, vib.embedding, vib.flatten, vib.global_avg_pool, vib.layer_norm, vib.linear, vib.mlp, vib.max_pool, vib.mul, vib.one_hot, vib.reshape, vib.scale}}
  %0 = vib.reparametrise %x : tensor<?x4xf32>
  return
}

// -----

func.func @like_no_op(%x: tensor<?x4xf32>) {
  // expected-error @+2 {{there is no op 'vib.convolution'}}
  // expected-note @+1 {{layers: vib.add, vib.avg_pool, vib.batch_norm, vib.cnn, vib.concat, vib.conv2d, vib.conv_transpose2d, vib.dropout, vib.embedding, vib.flatten, vib.global_avg_pool, vib.layer_norm, vib.linear, vib.mlp, vib.max_pool, vib.mul, vib.one_hot, vib.reshape, vib.scale}}
  %0 = vib.convolution %x : tensor<?x4xf32>
  return
}

// -----

func.func @linear_of_an_image(%x: tensor<?x28x28xf32>) {
  // expected-error @+1 {{'vib.linear' op expected a result that differs from 'tensor<?x28x28xf32>' only in its last dimension, but got 'tensor<?x10xf32>'; for one result of an example, flatten the input by vib.flatten}}
  %0 = vib.linear %x @encode.0 : tensor<?x28x28xf32> -> tensor<?x10xf32>
  return
}

// -----

func.func @linear_to_other_positions(%x: tensor<?x10x64xf32>) {
  // expected-error @+1 {{'vib.linear' op expected a result that differs from 'tensor<?x10x64xf32>' only in its last dimension, but got 'tensor<?x11x32xf32>'}}
  %0 = vib.linear %x @encode.0 : tensor<?x10x64xf32> -> tensor<?x11x32xf32>
  return
}

// -----

func.func @activation_of_unknown_positions(%x: tensor<?x?x64xf32>) {
  // expected-error @+1 {{'vib.relu' op expected the input to have a known width but got 'tensor<?x?x64xf32>': only the batch may be '?'}}
  %0 = vib.relu %x : tensor<?x?x64xf32>
  return
}

// -----

func.func @scale_to_other_dimensions(%x: tensor<?x28x28xui8>) {
  // expected-error @+1 {{'vib.scale' op expected a result with the dimensions of 'tensor<?x28x28xui8>', or with one dimension after the batch, but got 'tensor<?x28x27xf32>'}}
  %0 = vib.scale %x to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x28x27xf32>
  return
}

// -----

func.func @logits_of_positions(%x: tensor<?x3x10xf32>) {
  // expected-error @+1 {{'vib.categorical' op expected its logits to have two dimensions, the batch and a width, but got 'tensor<?x3x10xf32>'; flatten it by vib.flatten}}
  %0 = vib.categorical %x : tensor<?x3x10xf32> -> !vib.categorical<10>
  return
}

// -----

func.func @sample_of_classes(%p: !vib.categorical<4>) {
  // expected-error @+1 {{'vib.reparameterize' op expected a distribution whose samples gradients pass through, as !vib.normal or !vib.concrete, but got '!vib.categorical<4>'}}
  %0 = vib.reparameterize %p : !vib.categorical<4> -> tensor<?x4xf32>
  return
}

// -----

func.func @divergence_of_classes(%p: !vib.categorical<4>) {
  // expected-error @+1 {{'vib.kl' op expected a distribution whose divergence from #vib.standard_normal : !vib.categorical<4> has a closed form}}
  %0 = vib.kl %p, #vib.standard_normal : !vib.categorical<4>
  return
}

// -----

func.func @linear_of_integers(%x: tensor<?x4xi32>) {
  // expected-error @+1 {{'vib.linear' op expected the input to be f32 or f64 but got 'i32'}}
  %0 = vib.linear %x @encode.0 : tensor<?x4xi32> -> tensor<?x4xi32>
  return
}

// -----

func.func @linear_of_a_batch_of_a_number(%x: tensor<64x4xf32>) {
  // expected-error @+2 {{'vib.linear' op expected the batch of the input 'tensor<64x4xf32>' and of the result 'tensor<?x8xf32>' to be the same}}
  // expected-note @+1 {{a model's batch is '?' throughout: vib.train says how many rows it has}}
  %0 = vib.linear %x @encode.0 : tensor<64x4xf32> -> tensor<?x8xf32>
  return
}

// -----

func.func @linear_of_unknown_width(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.linear' op expected the result to have a known width but got 'tensor<?x?xf32>': only the batch may be '?'}}
  %0 = vib.linear %x @encode.0 : tensor<?x4xf32> -> tensor<?x?xf32>
  return
}

// -----

func.func @linear_to_another_type(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.linear' op expected a result of 'f32' as its input is, but got 'f64'}}
  %0 = vib.linear %x @encode.0 : tensor<?x4xf32> -> tensor<?x4xf64>
  return
}

// -----

func.func @linear_of_no_width(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a width to be a whole number of at least 1 but got '0'}}
  %0 = vib.linear %x @encode.0 [0] : tensor<?x4xf32>
  return
}

// -----

func.func @linear_without_result(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected '->'}}
  %0 = vib.linear %x @encode.0 : tensor<?x4xf32>
  return
}

// -----

func.func @linear_of_no_tensor(%x: f32) {
  // expected-error @+1 {{expected a ranked tensor but got 'f32'}}
  %0 = vib.linear %x @encode.0 : f32 -> tensor<?x4xf32>
  return
}

// -----

func.func @linear_unranked(%x: tensor<*xf32>) {
  // expected-error @+1 {{expected a ranked tensor but got 'tensor<*xf32>'}}
  %0 = vib.linear %x @encode.0 : tensor<*xf32> -> tensor<?x4xf32>
  return
}

// -----

func.func @mlp_of_unknown_activation(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected one of 'relu', 'tanh', 'sigmoid', 'gelu', 'softplus', 'leaky_relu', 'elu', 'silu', 'selu' but got 'relus'; did you mean 'relu'?}}
  %0 = vib.mlp %x @encode relus [8] : tensor<?x4xf32>
  return
}

// -----

func.func @mlp_without_layers(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a width for each layer, as in [64, 32], but got none}}
  %0 = vib.mlp %x @encode relu [] : tensor<?x4xf32>
  return
}

// -----

func.func @mlp_of_wrong_result(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.mlp' op expected a result of the last width, 8, but got 9}}
  %0 = vib.mlp %x @encode relu [16, 8] : tensor<?x4xf32> -> tensor<?x9xf32>
  return
}

// -----

func.func @relu_of_integers(%x: tensor<?x4xi32>) {
  // expected-error @+1 {{'vib.relu' op expected the input to be f32 or f64 but got 'i32'}}
  %0 = vib.relu %x : tensor<?x4xi32>
  return
}

// -----

func.func @normal_of_odd_width(%s: tensor<?x511xf32>) {
  // expected-error @+1 {{'vib.normal' op expected an even number of statistics, mu and rho, but got 511}}
  %0 = vib.normal %s softplus(-5.0) : tensor<?x511xf32> -> !vib.normal<256>
  return
}

// -----

func.func @normal_of_odd_width_inferred(%s: tensor<?x511xf32>) {
  // expected-error @+1 {{cannot tell the normal distribution from 'tensor<?x511xf32>': expected an even number of statistics, mu and rho, or '-> !vib.normal<…>'}}
  %0 = vib.normal %s softplus(-5.0) : tensor<?x511xf32>
  return
}

// -----

func.func @normal_of_wrong_width(%s: tensor<?x512xf32>) {
  // expected-error @+1 {{'vib.normal' op expected 256 statistics for '!vib.normal<128>', mu and rho, but got 512}}
  %0 = vib.normal %s softplus(-5.0) : tensor<?x512xf32> -> !vib.normal<128>
  return
}

// -----

func.func @full_normal_of_a_diagonal_ones_statistics(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected 5 statistics for '!vib.normal<2, full>', a mean of 2 and a Cholesky factor of 3, but got 4}}
  %0 = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2, full>
  return
}

// -----

func.func @normal_of_no_dimension(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{expected the width of a normal distribution to be a whole number from 1 to 2147483647 but got '0'}}
  %0 = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<0>
  return
}

// -----

func.func @normal_without_spread(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{expected the spread of a posterior, 'softplus(shift)', 'exp', 'exp_half', 'bounded([low, high])' or 'sigma(s)', or that of a likelihood, 'noise(s)', but got ':'}}
  %0 = vib.normal %s : tensor<?x4xf32> -> !vib.normal<2>
  return
}

// -----

func.func @normal_of_infinite_shift(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a finite shift but got infinity}}
  %0 = vib.normal %s softplus(0x7FF0000000000000 : f64) : tensor<?x4xf32> -> !vib.normal<2>
  return
}

// -----

func.func @noise_of_zero(%s: tensor<?x1xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a positive standard deviation but got 0.0}}
  %0 = vib.normal %s noise(0.0) : tensor<?x1xf32> -> !vib.normal<1>
  return
}

// -----

func.func @noise_and_softplus(%s: tensor<?x2xf32>) {
  // expected-error @+1 {{'vib.normal' op expected one of 'softplus', 'exp', 'exp_half', 'bounded', 'sigma' and 'noise'}}
  %0 = "vib.normal"(%s) {noise = 1.0, shift = 1.0} : (tensor<?x2xf32>) -> !vib.normal<1>
  return
}

// -----

func.func @sigma_of_full_covariance(%s: tensor<?x2xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a diagonal normal, as its sigma is not a matrix, but got '!vib.normal<2, full>'}}
  %0 = vib.normal %s sigma(1.0) : tensor<?x2xf32> -> !vib.normal<2, full>
  return
}

// -----

func.func @means_of_sigma(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected 2 means for '!vib.normal<2>' but got 4}}
  %0 = vib.normal %s sigma(1.0) : tensor<?x4xf32> -> !vib.normal<2>
  return
}

// -----

func.func @sizes_of_sigma(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected 4 standard deviations for '!vib.normal<4>' but got 3}}
  %0 = vib.normal %s sigma(@spread[3] = 1.0) : tensor<?x4xf32>
  return
}

// -----

func.func @size_of_constant(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a name with the number of standard deviations}}
  %0 = "vib.normal"(%s) {link = 3 : i32, noise = 1.0, noise_size = 4} : (tensor<?x4xf32>) -> !vib.normal<4>
  return
}

// -----

func.func @bounds_upside_down(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a log-variance between a finite number and a greater one but got [1.0, -1.0]}}
  %0 = vib.normal %s bounded([1.0, -1.0]) : tensor<?x4xf32>
  return
}

// -----

func.func @bounds_that_overflow(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a log-variance between -174 and 88, at which sigma and its square are numbers of 'f32', but got [-1.0, 89.0]}}
  %0 = vib.normal %s bounded([-1.0, 89.0]) : tensor<?x4xf32>
  return
}

// -----

func.func @bounds_that_underflow(%s: tensor<?x4xf64>) {
  // expected-error @+1 {{'vib.normal' op expected a log-variance between -1416 and 709, at which sigma and its square are numbers of 'f64', but got [-1417.0, 709.0]}}
  %0 = vib.normal %s bounded([-1417.0, 709.0]) : tensor<?x4xf64>
  return
}

// -----

func.func @bounds_of_exp(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected both bounds of the log-variance with 'bounded', and none without it}}
  %0 = "vib.normal"(%s) {link = 0 : i32, low = 1.0, high = 2.0} : (tensor<?x4xf32>) -> !vib.normal<2>
  return
}

// -----

func.func @softplus_and_exp(%s: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.normal' op expected one of 'softplus', 'exp', 'exp_half', 'bounded', 'sigma' and 'noise'}}
  %0 = "vib.normal"(%s) {link = 0 : i32, shift = 1.0} : (tensor<?x4xf32>) -> !vib.normal<2>
  return
}

// -----

func.func @odd_statistics_of_exp(%s: tensor<?x5xf32>) {
  // expected-error @+1 {{cannot tell the normal distribution from 'tensor<?x5xf32>': expected an even number of statistics, mu and rho, or '-> !vib.normal<…>'}}
  %0 = vib.normal %s exp : tensor<?x5xf32>
  return
}

// -----

func.func @noise_of_full_covariance(%s: tensor<?x2xf32>) {
  // expected-error @+1 {{'vib.normal' op expected a diagonal normal, as its noise is not a matrix, but got '!vib.normal<2, full>'}}
  %0 = vib.normal %s noise(1.0) : tensor<?x2xf32> -> !vib.normal<2, full>
  return
}

// -----

func.func @means_of_wrong_width(%s: tensor<?x2xf32>) {
  // expected-error @+1 {{'vib.normal' op expected 3 means for '!vib.normal<3>' but got 2}}
  %0 = vib.normal %s noise(1.0) : tensor<?x2xf32> -> !vib.normal<3>
  return
}

// -----

func.func @categorical_of_wrong_width(%s: tensor<?x9xf32>) {
  // expected-error @+1 {{'vib.categorical' op expected 10 logits for '!vib.categorical<10>' but got 9}}
  %0 = vib.categorical %s : tensor<?x9xf32> -> !vib.categorical<10>
  return
}

// -----

func.func @categorical_of_one_class(%s: tensor<?x1xf32>) {
  // expected-error @+1 {{cannot tell the number of classes from 'tensor<?x1xf32>': expected a row of at least two logits an example}}
  %0 = vib.categorical %s : tensor<?x1xf32>
  return
}

// -----

// expected-error @+1 {{expected the number of classes to be a whole number from 2 to 2147483647 but got '1'}}
func.func private @type_of_one_class(!vib.categorical<1>)

// -----

func.func @no_samples(%q: !vib.normal<2>) {
  // expected-error @+1 {{expected the number of samples to be a whole number from 1 to 16777216 but got '0'}}
  %0 = vib.reparameterize %q samples(0) : !vib.normal<2> -> tensor<?x2xf32>
  return
}

// -----

func.func @samples_of_wrong_width(%q: !vib.normal<2>) {
  // expected-error @+1 {{'vib.reparameterize' op expected samples of '!vib.normal<2>' to be 2 wide but got 3}}
  %0 = vib.reparameterize %q : !vib.normal<2> -> tensor<?x3xf32>
  return
}

// -----

func.func @labels_of_floats(%p: !vib.categorical<10>, %y: tensor<?xf32>) {
  // expected-error @+1 {{'vib.nll' op expected labels of a categorical likelihood to be tensor<?xi32> but got 'tensor<?xf32>'}}
  %0 = vib.nll %p, %y : !vib.categorical<10>, tensor<?xf32>
  return
}

// -----

func.func @labels_one_hot(%p: !vib.categorical<10>, %y: tensor<?x10xi32>) {
  // expected-error @+1 {{'vib.nll' op expected labels of a categorical likelihood to be tensor<?xi32> but got 'tensor<?x10xi32>'}}
  %0 = vib.nll %p, %y : !vib.categorical<10>, tensor<?x10xi32>
  return
}

// -----

func.func @target_of_integers(%p: !vib.normal<1>, %y: tensor<?x1xi32>) {
  // expected-error @+1 {{'vib.nll' op expected the target to be f32 or f64 but got 'i32'}}
  %0 = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xi32>
  return
}

// -----

func.func @target_of_wrong_width(%p: !vib.normal<2>, %y: tensor<?x1xf32>) {
  // expected-error @+1 {{'vib.nll' op expected a target of 2 numbers an example for '!vib.normal<2>' but got 'tensor<?x1xf32>'}}
  %0 = vib.nll %p, %y : !vib.normal<2>, tensor<?x1xf32>
  return
}

// -----

func.func @full_likelihood(%p: !vib.normal<2, full>, %y: tensor<?x2xf32>) {
  // expected-error @+1 {{'vib.nll' op expected a diagonal normal as the likelihood but got '!vib.normal<2, full>'}}
  %0 = vib.nll %p, %y : !vib.normal<2, full>, tensor<?x2xf32>
  return
}

// -----

func.func @prior_without_type(%q: !vib.normal<2>) {
  // expected-error @+1 {{expected a prior and the type of the posterior, as in '#vib.standard_normal : !vib.normal<2>' or '%r : !vib.normal<2>', but got '3'}}
  %0 = vib.kl %q, 3
  return
}

// -----

func.func @prior_of_unknown_kind(%q: !vib.normal<2>) {
  // expected-error @+1 {{expected a prior and the type of the posterior, as in '#vib.standard_normal : !vib.normal<2>' or '%r : !vib.normal<2>', but got #vib.he_normal}}
  %0 = vib.kl %q, #vib.he_normal
  return
}

// -----

func.func @prior_with_sample(%q: !vib.normal<2>, %z: tensor<?x2xf32>) {
  // expected-error @+1 {{expected no 'at', because the divergence from #vib.standard_normal has a closed form}}
  %0 = vib.kl %q, #vib.standard_normal at %z : !vib.normal<2>
  return
}

// -----

func.func @prior_of_another_width(%q: !vib.normal<2>) {
  // expected-error @+1 {{'vib.kl' op expected a prior of the posterior's type, '!vib.normal<2>', but got '!vib.normal<3>'}}
  %0 = "vib.kl"(%q) {prior = #vib.standard_normal : !vib.normal<3>} : (!vib.normal<2>) -> !vib.nats
  return
}

// -----

func.func @loss_outside_of_a_model(%ce: !vib.nats) {
  // expected-error @+1 {{'vib.loss' op expects parent op 'vib.model'}}
  vib.loss %ce
  return
}

// -----

// Bytes have a range of their own.
func.func @standardize_bytes(%x: tensor<?x4xui8>) {
  // expected-error @+1 {{'vib.standardize' op expected an input of f32 or f64 but got 'ui8'}}
  %0 = vib.standardize %x @standardize : tensor<?x4xui8> -> tensor<?x4xf32>
  return
}

// -----

func.func @standardize_width(%x: tensor<?x4x2xf32>) {
  // expected-error @+1 {{'vib.standardize' op expected a result of width 8, all of 'tensor<?x4x2xf32>' but its batch, but got 4}}
  %0 = vib.standardize %x @standardize : tensor<?x4x2xf32> -> tensor<?x4xf32>
  return
}
