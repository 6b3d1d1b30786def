// Broken if a wrong function of the mean rate is accepted, or is refused without saying what was
// expected.
// RUN: vib-opt %s -verify-diagnostics -split-input-file

// A power that is the rate itself.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected the number in 'power' to be above 1 but got 1.0}}
  vib.loss %ce + @beta(0.1) * power(%rate, 1.0)
}

// -----

// An exponential that is constant.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected the number in 'exp' to be above 0 but got 0.0}}
  vib.loss %ce + @beta(0.1) * exp(%rate, 0.0)
}

// -----

// A rate that no posterior has.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected a finite coefficient of at least 0 but got -3.0}}
  vib.loss %ce + @beta(0.1) * abs(%rate - -3.0)
}

// -----

// A name that could not be used.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected a number in 'power' but got @p: only the number in 'abs' may have a name}}
  vib.loss %ce + @beta(0.1) * power(%rate, @p(2.0))
}

// -----

// A function of a likelihood.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-note @+1 {{it is computed here}}
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected 'power' of a rate, which vib.kl or vib.pairwise computes, but got a result of vib.nll}}
  vib.loss power(%ce, 2.0) + @beta(0.1) * %rate
}

// -----

// A function without its number.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected ',' and a number, as in 'exp(%rate, 1.0)', but got ')'}}
  vib.loss %ce + @beta(0.1) * exp(%rate)
}

// -----

// The form of a capacity with a comma.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected '-' and a number, as in 'abs(%rate - 25.0)', but got ','}}
  vib.loss %ce + @beta(0.1) * abs(%rate, 25.0)
}

// -----

// A function without a coefficient.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected the rate to have a coefficient other than the number 1, or one with a name, as in '@beta(1.0e-3) * %rate'}}
  vib.loss %ce + power(%rate, 2.0)
}

// -----

// An unknown function.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected a term, as in '@beta(1.0e-3) * %rate', but got 'pow'; did you mean 'power'?}}
  vib.loss %ce + @beta(0.1) * pow(%rate, 2.0)
}

// -----

// Two values of one name.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected one value for the coefficient 'beta' but got 0.1 and 3.0}}
  vib.loss %ce + @beta(0.1) * abs(%rate - @beta(3.0))
}

// -----

// Only an entropy is subtracted.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected '-' before an entropy, which vib.entropy computes: a loss adds its other terms}}
  vib.loss %ce - @beta(0.1) * %rate
}

// -----

// A function is not.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{expected '+' before a function of a rate}}
  vib.loss %ce - @beta(0.1) * power(%rate, 2.0)
}

// -----

// The form of the attribute is no function of the text.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  %h = vib.entropy %p : !vib.categorical<3>
  // expected-error @+1 {{expected a term, as in '@beta(1.0e-3) * %rate', but got 'negative'}}
  vib.loss %ce + 0.1 * negative(%h)
}

// -----

// An entropy without a coefficient.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  %h = vib.entropy %p : !vib.categorical<3>
  // expected-error @+1 {{'vib.loss' op expected the entropy to have a coefficient other than the number 1, or one with a name, as in '- @gamma(0.1) * %entropy'}}
  vib.loss %ce - %h
}

// -----

// A function of an entropy.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-note @+1 {{it is computed here}}
  %h = vib.entropy %p : !vib.categorical<3>
  // expected-error @+1 {{'vib.loss' op expected 'power' of a rate, which vib.kl or vib.pairwise computes, but got a result of vib.entropy}}
  vib.loss %ce + 0.1 * power(%h, 2.0)
}

// -----

// The entropy of no distribution of classes or bits.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.entropy' op expected a likelihood of classes or of bits, whose entropy has a closed form, but got '!vib.normal<2>'}}
  %h = vib.entropy %q : !vib.normal<2>
  vib.loss %ce - 0.1 * %h
}

// -----

// The entropy of what predicts no target.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  %other = vib.categorical %z : tensor<?x2xf32>
  // expected-error @+1 {{'vib.entropy' op expected the likelihood of a vib.nll that is a term of the loss}}
  %h = vib.entropy %other : !vib.categorical<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce - 0.1 * %h
}
