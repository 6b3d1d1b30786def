// RUN: vib-opt %s --vib-check-model -verify-diagnostics -split-input-file

// Broken if one of these files is accepted: it has no vib.train.
// expected-error @+1 {{expected a 'vib.train' for the model @m but got none}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// It has two vib.train.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
// expected-note @+1 {{the first one is here}}
vib.train @m batch(8) epochs(1)
// expected-error @+1 {{'vib.train' op expected a file to contain one vib.train but got a second one}}
vib.train @m batch(9) epochs(1)

// -----

// It has two vib.model.
// expected-note @+1 {{the first one is here}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
// expected-error @+1 {{'vib.model' op expected a file to contain one vib.model but got a second one}}
vib.model @n(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @m batch(8) epochs(1)

// -----

// It has no vib.model.
// expected-error @below {{expected a 'vib.model' but got none}}
module {
}

// -----

// It has another op.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @m batch(8) epochs(1)
// expected-error @+1 {{expected a file to contain only a vib.model and its vib.train but got 'func.func'}}
func.func private @f()
