// Broken if a number without meaning of a normalization, of dropout or of an activation is
// accepted, or is refused without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

func.func @certain(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a probability p of at least 0, and below 1 when it is rounded to f32, but got 1.0}}
  %0 = vib.dropout %x p(1.0) : tensor<?x4xf32>
  return
}

// -----

// It would be 1 in f32.
func.func @almost_certain(%x: tensor<?x4xf64>) {
  // expected-error @+1 {{expected a probability p of at least 0, and below 1 when it is rounded to f32, but got 0.99999999999}}
  %0 = vib.dropout %x p(0.99999999999) : tensor<?x4xf64>
  return
}

// -----

func.func @negative(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a probability p of at least 0, and below 1 when it is rounded to f32, but got -0.5}}
  %0 = vib.dropout %x p(-0.5) : tensor<?x4xf32>
  return
}

// -----

func.func @no_number(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a probability p of at least 0, and below 1 when it is rounded to f32, but got}}
  %0 = vib.dropout %x p(0x7FF8000000000000 : f64) : tensor<?x4xf32>
  return
}

// -----

func.func @too_many(%x: tensor<?x4097x4096xf32>) {
  // expected-error @+1 {{expected at most 16777216 elements of an example, which the counter of the random numbers can tell apart, but got 'tensor<?x4097x4096xf32>'}}
  %0 = vib.dropout %x p(0.5) : tensor<?x4097x4096xf32>
  return
}

// -----

func.func @dropout_of_integers(%x: tensor<?x4xi32>) {
  // expected-error @+1 {{expected the input to be f32 or f64 but got 'i32'}}
  %0 = vib.dropout %x p(0.5) : tensor<?x4xi32>
  return
}

// -----

func.func @zero(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.layer_norm' op expected an eps above 0 that is a number of 'f32' but got 0.0}}
  %0 = vib.layer_norm %x @encode.1 eps(0.0) : tensor<?x4xf32>
  return
}

// -----

// It would be 0 in f32.
func.func @too_small(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{'vib.batch_norm' op expected an eps above 0 that is a number of 'f32' but got 1.0e-60}}
  %0 = vib.batch_norm %x @encode.1 eps(1.0e-60) : tensor<?x4xf32>
  return
}

// -----

func.func @no_momentum(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a momentum above 0 and at most 1 but got 0.0}}
  %0 = vib.batch_norm %x @encode.1 momentum(0.0) : tensor<?x4xf32>
  return
}

// -----

func.func @much_momentum(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a momentum above 0 and at most 1 but got 1.5}}
  %0 = vib.batch_norm %x @encode.1 momentum(1.5) : tensor<?x4xf32>
  return
}

// -----

func.func @without_a_name(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected valid '@'-identifier for symbol name}}
  %0 = vib.batch_norm %x encode.1 : tensor<?x4xf32>
  return
}

// -----

func.func @negative_slope(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected a slope of at least 0 that is a number of 'f32' but got -0.1}}
  %0 = vib.leaky_relu %x slope(-0.1) : tensor<?x4xf32>
  return
}

// -----

func.func @large_alpha(%x: tensor<?x4xf32>) {
  // expected-error @+1 {{expected an alpha of at least 0 that is a number of 'f32' but got 1.0e60}}
  %0 = vib.elu %x alpha(1.0e60) : tensor<?x4xf32>
  return
}

// -----

// A batch norm has running statistics, so it cannot be applied to two values.
vib.model @twice(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{'encode.1.weight' is here}}
  %a = vib.batch_norm %x @encode.1 : tensor<?x4xf32>
  // expected-error @+1 {{expected a name of its own, but there is already a parameter 'encode.1.weight'}}
  %b = vib.batch_norm %a @encode.1 : tensor<?x4xf32>
  %q = vib.normal %b softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %ce
}

// -----

// Layers of two kinds cannot share a name, and a layer norm has one width.
vib.model @kinds(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{'encode.1.weight' is here}}
  %a = vib.layer_norm %x @encode.1 : tensor<?x4xf32>
  // expected-error @+1 {{there is already a parameter 'encode.1.weight'}}
  %b = vib.linear %a @encode.1 [4] : tensor<?x4xf32>
  %q = vib.normal %b softplus(0.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %ce
}

// -----

vib.model @widths(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{'encode.1.weight' is here}}
  %a = vib.layer_norm %x @encode.1 : tensor<?x4xf32>
  %b = vib.linear %a @encode.2 [8] : tensor<?x4xf32>
  // expected-error @+1 {{expected a name of its own, or the shape [4] that the parameter 'encode.1.weight' has already, but got [8]}}
  %c = vib.layer_norm %b @encode.1 : tensor<?x8xf32>
  %q = vib.normal %c softplus(0.0) : tensor<?x8xf32> -> !vib.normal<4>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32> -> !vib.categorical<4>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  vib.loss %ce
}
