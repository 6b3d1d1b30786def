// Broken if a posterior is accepted whose examples cannot be compared by pairs, or is refused
// without saying what was expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

// A sigma of each example.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
    // expected-note @+1 {{the network computes the sigma of each example here}}
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-error @+1 {{'vib.pairwise' op expected a posterior with one sigma for all examples, 'vib.normal … sigma(1.0)' or 'sigma(@name = 1.0)'}}
  %i = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i
}

// -----

// A full covariance.
func.func @f(%s: tensor<?x5xf32>) {
  %q = vib.normal %s exp : tensor<?x5xf32> -> !vib.normal<2, full>
  // expected-error @+1 {{'vib.pairwise' op expected a posterior that is normal with a diagonal covariance, but got '!vib.normal<2, full>'}}
  %i = vib.pairwise %q : !vib.normal<2, full>
  return
}

// -----

// Classes.
func.func @f(%s: tensor<?x6xf32>) {
  %q = vib.concrete %s temperature(0.5) : tensor<?x6xf32> -> !vib.concrete<2, 3>
  // expected-error @+1 {{'vib.pairwise' op expected a posterior that is normal with a diagonal covariance, but got '!vib.concrete<2, 3>'}}
  %i = vib.pairwise %q : !vib.concrete<2, 3>
  return
}

// -----

// Another distribution than is sampled.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %other = vib.normal %s sigma(2.0) : tensor<?x2xf32>
  // expected-note @+1 {{it is sampled here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-error @+1 {{'vib.pairwise' op expected the posterior that is sampled}}
  %i = vib.pairwise %other : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i
}

// -----

// A second estimate.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-note @+1 {{the first one is here}}
  %i = vib.pairwise %q : !vib.normal<2>
  // expected-error @+1 {{'vib.pairwise' op expected one vib.pairwise of each posterior but got a second one}}
  %j = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i + 0.1 * %j
}

// -----

// No term of the loss.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-error @+1 {{'vib.pairwise' op expected it to be a term of the loss}}
  %i = vib.pairwise %q : !vib.normal<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

// A term without a coefficient.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %i = vib.pairwise %q : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected the rate to have a coefficient other than the number 1, or one with a name, as in '@beta(1.0e-3) * %rate'}}
  vib.loss %ce + %i
}

// -----

// A likelihood.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?x2xf32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  // expected-note @+1 {{it is sampled here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.normal %z noise(1.0) : tensor<?x2xf32>
  %nll = vib.nll %p, %y : !vib.normal<2>, tensor<?x2xf32>
  // expected-error @+1 {{'vib.pairwise' op expected the posterior that is sampled}}
  %i = vib.pairwise %p : !vib.normal<2>
  vib.loss %nll + @beta(0.1) * %i
}

// -----

// More pairs than can be counted.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  // expected-note @+1 {{vib.pairwise is here}}
  %i = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i
}
// expected-error @+1 {{'vib.train' op expected a batch of 2 to 65536 rows, each two of which vib.pairwise compares, but got 65537}}
vib.train @m batch(65537) epochs(1)

// -----

// A coefficient with the key of a figure.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %i = vib.pairwise %q : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected another name for the coefficient 'izx_nib_block', because the metrics of the program have it already}}
  vib.loss @izx_nib_block(1.0) * %ce + @beta(0.1) * %i
}
