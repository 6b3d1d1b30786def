// RUN: vib-opt %s -verify-diagnostics -split-input-file

// What only a whole model can tell. Each case is the same small model with one
// thing wrong.

// No loss.
// expected-error @+1 {{'vib.model' op expected a loss but got none: add 'vib.loss'}}
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
}

// -----

// Two losses.
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
  // expected-note @+1 {{the first one is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
  // expected-error @+1 {{'vib.loss' op expected one loss but got a second one}}
  vib.loss %ce
}

// -----

// Negative beta.
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
  // expected-error @+1 {{'vib.loss' op expected a finite beta of at least 0 but got -0.001}}
  vib.loss %ce + @beta(-1.0e-3) * %rate
}

// -----

// Beta is not a number.
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
  // expected-error @+1 {{'vib.loss' op expected a finite beta of at least 0 but got NaN}}
  vib.loss %ce + @beta(0x7FF8000000000000 : f64) * %rate
}

// -----

// Infinite beta.
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
  // expected-error @+1 {{'vib.loss' op expected a finite beta of at least 0 but got infinity}}
  vib.loss %ce + @beta(0x7FF0000000000000 : f64) * %rate
}

// -----

// A rate without a beta.
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
  // expected-error @+1 {{'vib.loss' op expected the rate to have a coefficient other than the number 1, or one with a name, as in '@beta(1.0e-3) * %rate'}}
  vib.loss %ce + %rate
}

// -----

// The loss of a tensor.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-note @+1 {{%l is defined here}}
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{vib.loss expects %l to be a term of the loss, as vib.nll and vib.kl give, but it is 'tensor<?x3xf32>'}}
  vib.loss %l
}

// -----

// The rate in place of the likelihood.
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
  // expected-error @+1 {{'vib.loss' op expected the rate to have a coefficient other than the number 1, or one with a name, as in '@beta(1.0e-3) * %rate'}}
  vib.loss %rate + @beta(1.0) * %ce
}

// -----

// Two likelihoods of one target.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-note @+1 {{the first one is here}}
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // expected-error @+1 {{'vib.nll' op expected one vib.nll of each target but got a second one}}
  %second = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce + @beta(1.0) * %second
}

// -----

// A model's name that is not UTF-8, and a layer's with a control character.
// expected-error @+1 {{'vib.model' op expected a name of UTF-8 text without control characters but got "m\FF"}}
vib.model @"m\FF"(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
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

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    // expected-error @+1 {{'vib.linear' op expected a name for its parameters of UTF-8 text without control characters but got "e\00.weight"}}
    %s = vib.linear %x @"e\00" : tensor<?x8xf32> -> tensor<?x4xf32>
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

// Two parameters of one name and different shapes.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    // expected-note @+1 {{'encode.0.weight' is here}}
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.linear' op expected a name of its own, or the shape [8, 4] that the parameter 'encode.0.weight' has already, but got [2, 3]}}
  %l = vib.linear %z @encode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A layer of a vib.mlp has the name of another one.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    // expected-note @+1 {{'encode.2.weight' is here}}
    %h = vib.mlp %x @encode relu [8, 8] : tensor<?x8xf32>
    // expected-error @+1 {{'vib.linear' op expected a name of its own, or the shape [8, 8] that the parameter 'encode.2.weight' has already, but got [8, 4]}}
    %s = vib.linear %h @encode.2 : tensor<?x8xf32> -> tensor<?x4xf32>
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

// The second use of a layer.
vib.model @m(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x4xf32>
  // expected-error @+1 {{'vib.linear' op expected the loss to depend on this use of 'encode.0.weight' too, but it does not}}
  %u = vib.linear %s @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

// A range is one of the data, not of what a layer computes.
vib.model @m(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %h = vib.linear %x @encode.0 [4] : tensor<?x4xf32>
  // expected-error @+1 {{'vib.scale' op expected an input of the model, but got a value that the model computes}}
  %s = vib.scale %h from [0.0, 1.0] to [-1.0, 1.0] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// The program keeps one form of the input.
vib.model @m(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the input is scaled here}}
  %a = vib.scale %x from [0.0, 16.0] to [-1.0, 1.0] : tensor<?x4xf32>
  // expected-error @+1 {{'vib.add' op expected to read the scaled input, but it reads the input itself}}
  %c = vib.add %a, %x : tensor<?x4xf32>
  %s = vib.linear %c @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// The program scales a batch once.
vib.model @m(%x: tensor<?x4xui8>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the first one is here}}
  %a = vib.scale %x to [-1.0, 1.0] : tensor<?x4xui8>
  // expected-error @+1 {{'vib.scale' op expected one vib.scale or vib.standardize of the input but got a second one}}
  %b = vib.scale %x to [0.0, 1.0] : tensor<?x4xui8>
  %c = vib.add %a, %b : tensor<?x4xf32>
  %s = vib.linear %c @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// The noise of the likelihood has the name of a bias.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?x1xf32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-note @+1 {{'decode.0.bias' is here}}
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x1xf32>
  // expected-error @+1 {{'vib.normal' op expected a name of its own, but there is already a parameter 'decode.0.bias'}}
  %p = vib.normal %l noise(@decode.0.bias = 1.0) : tensor<?x1xf32>
  %ce = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A parameter that no loss reads.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.linear' op the parameter 'spare.weight' cannot be trained: the loss does not depend on it}}
  %u = vib.linear %z @spare : tensor<?x2xf32> -> tensor<?x3xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// An encoder that no loss reads.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op expected the loss to depend on its posterior, but it does not}}
  %unread = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @unread : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
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
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A rate that the loss leaves out is no error, but what it alone reads is.
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
  // expected-error @+1 {{'vib.linear' op the parameter 'prior.weight' cannot be trained: the loss does not depend on it}}
  %t = vib.linear %x @prior : tensor<?x8xf32> -> tensor<?x4xf32>
  %r = vib.normal %t softplus(0) : tensor<?x4xf32>
  %rate = vib.kl %r, #vib.standard_normal : !vib.normal<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

// Around the bottleneck.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-note @+1 {{it is drawn here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %d = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  // expected-error @+1 {{'vib.decoder' op bypasses the bottleneck: the likelihood may depend only on the sample}}
  %p = vib.decoder %x : tensor<?x8xf32> -> !vib.categorical<3> {
    %c = vib.categorical %d : tensor<?x3xf32>
    vib.yield %c : !vib.categorical<3>
  }
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// No bottleneck.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %l = vib.linear %x @decode.0 : tensor<?x8xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected the likelihood to read a sample of a posterior: add 'vib.reparameterize'}}
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A decoder that reads the input in place of the sample.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-note @+1 {{the sample is drawn here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %x @decode.0 : tensor<?x8xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected the likelihood to depend on the sample, but it does not}}
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A posterior behind a bottleneck.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-note @+1 {{the sample is drawn here}}
  %v = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %t = vib.linear %v @middle : tensor<?x2xf32> -> tensor<?x4xf32>
  %r = vib.normal %t softplus(0) : tensor<?x4xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected a posterior that depends on no sample}}
  %z = vib.reparameterize %r : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// The rate of another posterior.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %t = vib.linear %x @other : tensor<?x8xf32> -> tensor<?x4xf32>
  %r = vib.normal %t softplus(0) : tensor<?x4xf32>
  // expected-note @+1 {{it is sampled here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // expected-error @+1 {{'vib.kl' op expected the divergence of the posterior that is sampled}}
  %rate = vib.kl %r, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A posterior of a fixed spread.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x2xf32>
    // expected-note @+1 {{it is computed here}}
    %n = vib.normal %s noise(1.0) : tensor<?x2xf32>
    vib.yield %n : !vib.normal<2>
  }
  // expected-error @+1 {{'vib.reparameterize' op expected the spread of a posterior, 'vib.normal … softplus(…)' or 'sigma(…)', not the 'noise(…)' of a likelihood}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A likelihood with the spread of a posterior.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?x1xf32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x1xf32>
  // expected-note @+1 {{it has the 'sigma(…)' of a posterior here}}
  %p = vib.normal %l sigma(1.0) : tensor<?x1xf32>
  // expected-error @+1 {{'vib.nll' op expected the spread of a likelihood, 'noise(…)' or one that the network computes}}
  %ce = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// Labels that are also an input.
// expected-note @+1 {{it is declared here}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op reads the target, which is not known when predicting}}
  %q = vib.encoder %y : tensor<?xi32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// An input that the loss does not depend on, beside one that is reconstructed.
// expected-error @+1 {{expected the loss to depend on every argument, but it does not depend on this one}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>) {
  %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x8xf32>
  %p = vib.normal %l noise(1.0) : tensor<?x8xf32>
  %ce = vib.nll %p, %x : !vib.normal<8>, tensor<?x8xf32>
  vib.loss %ce
}

// -----

// A reconstruction of the wrong size.
vib.model @m(%x: tensor<?x2x4xf32>) {
  %f = vib.flatten %x : tensor<?x2x4xf32>
  %s = vib.linear %f @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x6xf32>
  %p = vib.normal %l noise(1.0) : tensor<?x6xf32>
  // expected-error @+1 {{'vib.nll' op expected a target of 6 numbers an example for '!vib.normal<6>' but got 'tensor<?x8xf32>'}}
  %ce = vib.nll %p, %x : !vib.normal<6>, tensor<?x2x4xf32>
  vib.loss %ce
}

// -----

// One argument needs a name.
// expected-error @+1 {{expected a name, such as %image: in a model of 1 argument it is the name of the argument's array in the data}}
vib.model @m(%0: tensor<?x8xf32>) {
  %s = vib.linear %0 @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x8xf32>
  %p = vib.normal %l noise(1.0) : tensor<?x8xf32>
  %ce = vib.nll %p, %0 : !vib.normal<8>, tensor<?x8xf32>
  vib.loss %ce
}

// -----

// Probabilities of what is not from 0 to 1.
vib.model @m(%x: tensor<?x8xui8>) {
  // expected-note @+1 {{it is scaled here}}
  %v = vib.scale %x to [-1.0, 1.0] : tensor<?x8xui8>
  %s = vib.linear %v @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x8xf32>
  %p = vib.bernoulli %l : tensor<?x8xf32>
  // expected-error @+1 {{'vib.nll' op expected an input from 0 to 1 as the target of a Bernoulli likelihood: scale it 'to [0.0, 1.0]'}}
  %ce = vib.nll %p, %x : !vib.bernoulli<8>, tensor<?x8xui8>
  vib.loss %ce
}

// -----

// Probabilities of deviations.
vib.model @m(%x: tensor<?x8xf32>) {
  // expected-note @+1 {{it is standardized here}}
  %v = vib.standardize %x @standardize : tensor<?x8xf32>
  %s = vib.linear %v @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x8xf32>
  %p = vib.bernoulli %l : tensor<?x8xf32>
  // expected-error @+1 {{'vib.nll' op expected an input from 0 to 1 as the target of a Bernoulli likelihood: scale it 'to [0.0, 1.0]'}}
  %ce = vib.nll %p, %v : !vib.bernoulli<8>, tensor<?x8xf32>
  vib.loss %ce
}

// -----

// Channels first, where the image has them last.
vib.model @m(%x: tensor<?x2x2x2xf32>) {
  %f = vib.flatten %x : tensor<?x2x2x2xf32>
  %s = vib.linear %f @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
  %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
  %z = vib.reparameterize %n : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x8xf32>
  %i = vib.reshape %l channels_first [2, 2, 2] : tensor<?x8xf32>
  %c = vib.conv2d %i @decode.1 kernel(1, 1) channels(2) : tensor<?x2x2x2xf32>
  // expected-note @+1 {{the order is channels, height, width here}}
  %o = vib.flatten %c : tensor<?x2x2x2xf32>
  %g = vib.sigmoid %o : tensor<?x8xf32>
  %p = vib.normal %g noise(1.0) : tensor<?x8xf32>
  // expected-error @+1 {{'vib.nll' op expected the likelihood of an image to have the order height, width, channels: write 'vib.reshape … [8]' in place of vib.flatten}}
  %ce = vib.nll %p, %x : !vib.normal<8>, tensor<?x2x2x2xf32>
  vib.loss %ce
}

// -----

// Two types of numbers.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    // expected-note @+1 {{the first 'f32' is here}}
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-error @+1 {{'vib.reparameterize' op expected 'f32' as in the rest of the model but got 'f64'}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf64>
  %l = vib.linear %z @decode.0 : tensor<?x2xf64> -> tensor<?x3xf64>
  %p = vib.categorical %l : tensor<?x3xf64>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// No target.
// expected-error @+1 {{'vib.model' op expected at least two arguments, an input and what is to be predicted, but got 1}}
vib.model @m(%x: tensor<?x8xf32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
}

// -----

// A dimension that cannot be resolved.
// expected-error @+1 {{cannot resolve a dimension of the argument 'tensor<?x?xf32>': only the batch may be '?'}}
vib.model @m(%x: tensor<?x?xf32>, %y: tensor<?xi32>) {
}

// -----

// An input that is no tensor.
// expected-error @+1 {{expected an argument to be a tensor of one to four dimensions, the batch first, but got 'f32'}}
vib.model @m(%x: f32, %y: tensor<?xi32>) {
}

// -----

// An input of half precision.
// expected-error @+1 {{expected an argument of ui8, f32 or f64, or of i32 for classes or tokens, but got 'f16'}}
vib.model @m(%x: tensor<?x8xf16>, %y: tensor<?xi32>) {
}

// -----

// Batches that differ.
// expected-error @+1 {{expected all arguments to have the same batch but got 'tensor<4x8xf32>' and 'tensor<5xi32>'}}
vib.model @m(%x: tensor<4x8xf32>, %y: tensor<5xi32>) {
}

// -----

// A number and '?'.
// expected-error @+2 {{expected all arguments to have the same batch but got 'tensor<64x8xf32>' and 'tensor<?xi32>'}}
// expected-note @+1 {{a model's batch is '?' throughout: vib.train says how many rows it has}}
vib.model @m(%x: tensor<64x8xf32>, %y: tensor<?xi32>) {
}

// -----

// An encoder that yields something else.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op expected its region to yield '!vib.normal<4>'}}
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<4> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    // expected-note @+1 {{it yields '!vib.normal<2>'}}
    vib.yield %n : !vib.normal<2>
  }
}

// -----

// An encoder that yields nothing.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op expected its region to end with vib.yield}}
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.relu %x : tensor<?x8xf32>
  }
}

// -----

// An empty encoder.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op expected its region to end with vib.yield}}
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
  }
}

// -----

// A posterior of classes.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.encoder' op expected a posterior that can be sampled, as !vib.normal or !vib.concrete, but got '!vib.categorical<8>'}}
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.categorical<8> {
    %n = vib.categorical %x : tensor<?x8xf32>
    vib.yield %n : !vib.categorical<8>
  }
}

// -----

// An empty model.
// expected-error @+1 {{'vib.model' op expected a loss but got none: add 'vib.loss'}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
}

// -----

// Nothing to train.
// expected-error @+1 {{'vib.model' op has no parameters, so that there is nothing to train: expected at least one 'vib.linear', 'vib.mlp' or 'vib.conv2d'}}
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0.0) : tensor<?x8xf32> -> !vib.normal<4>
  %z = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %p = vib.categorical %z : tensor<?x4xf32> -> !vib.categorical<4>
  %ce = vib.nll %p, %y : !vib.categorical<4>, tensor<?xi32>
  vib.loss %ce
}

// -----

// An attribute that would have no effect.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.linear' op has no attribute 'bias'}}
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32> {bias = false}
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A value that is computed too late.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-error @+1 {{'vib.linear' op reads a value before it is computed}}
  %l = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x3xf32>
  // expected-note @+1 {{it is computed here}}
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A row whose number of bytes overflows.
// expected-error @+1 {{expected at most 2^36 numbers for an example but got 'tensor<?x4611686018427387904xf32>'}}
vib.model @m(%x: tensor<?x4611686018427387904xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x4611686018427387904xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 [4] : tensor<?x4611686018427387904xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// A parameter whose number of bytes overflows, between tensors that are small enough.
vib.model @m(%x: tensor<?x1073741824xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x1073741824xf32> -> !vib.normal<2> {
    // expected-error @+1 {{'vib.linear' op expected the parameter 'encode.0.weight' to have at most 2^36 numbers but its shape is [}}
    %h = vib.linear %x @encode.0 [8589934592] : tensor<?x1073741824xf32>
    %s = vib.linear %h @encode.1 [4] : tensor<?x8589934592xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// Samples whose number of bytes overflows.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  // expected-error @+1 {{expected the number of samples to be a whole number from 1 to 16777216 but got '68719476736'}}
  %z = vib.reparameterize %q samples(68719476736) : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// A loss of the rate alone.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 : tensor<?x8xf32> -> tensor<?x4xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32> -> !vib.normal<2>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // Its parameters, which are not trained either, are no error of their own.
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-error @+1 {{'vib.loss' op expected a vib.nll among its terms}}
  vib.loss @beta(1.0) * %rate
}

// -----

// Two values of one coefficient.
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
  // expected-error @+1 {{'vib.loss' op expected one value for the coefficient 'beta' but got 0.001 and 0.002}}
  vib.loss %ce + @beta(1.0e-3) * %rate + @beta(2.0e-3) * %ce
}

// -----

// A coefficient that no flag could name.
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
  // expected-error @+1 {{'vib.loss' op expected the name of a coefficient to consist of letters, digits, '_', '-' and '.' but got 'a=b'}}
  vib.loss %ce + @beta(1.0e-3) * %rate + @"a=b"(1.0) * %ce
}

// -----

// A coefficient with the name of a figure.
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
  // expected-error @+1 {{'vib.loss' op expected another name for the coefficient 'lr', because the metrics of the program have it already}}
  vib.loss %ce + @beta(1.0e-3) * %rate + @lr(1.0) * %ce
}

// -----

// No term after a plus.
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
  // expected-error @+2 {{'vib.loss' op expected a term, as in '@beta(1.0e-3) * %rate', but got '}'}}
  vib.loss %ce +
}

// -----

// A negative number as the coefficient.
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
  // expected-error @+1 {{'vib.loss' op expected a finite coefficient of at least 0 but got -0.5}}
  vib.loss -0.5 * %ce
}

// -----

// More coefficients than a step has places for.
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
  // expected-error @+1 {{'vib.loss' op expected at most 16 coefficients with names but got 17}}
  vib.loss %ce + @c0(1.0) * %rate + @c1(1.0) * %rate + @c2(1.0) * %rate + @c3(1.0) * %rate + @c4(1.0) * %rate + @c5(1.0) * %rate + @c6(1.0) * %rate + @c7(1.0) * %rate + @c8(1.0) * %rate + @c9(1.0) * %rate + @c10(1.0) * %rate + @c11(1.0) * %rate + @c12(1.0) * %rate + @c13(1.0) * %rate + @c14(1.0) * %rate + @c15(1.0) * %rate + @c16(1.0) * %rate
}

// -----

// A target that the model computes.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-note @+1 {{it is computed here}}
  %t = vib.linear %x @target [3] : tensor<?x8xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.normal %l noise(1.0) : tensor<?x3xf32>
  // expected-error @+1 {{'vib.nll' op expected an argument of the model as the target}}
  %nll = vib.nll %p, %t : !vib.normal<3>, tensor<?x3xf32>
  vib.loss %nll
}

// -----

// An argument that nothing reads.
vib.model @m(
    %x: tensor<?x8xf32>, %y: tensor<?xi32>,
    // expected-error @+1 {{expected the loss to depend on every argument, but it does not depend on this one}}
    %spare: tensor<?x8xf32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// An argument that only a likelihood beside the loss reads.
vib.model @m(
    %x: tensor<?x8xf32>, %y: tensor<?xi32>,
    // expected-error @+1 {{expected the loss to depend on every argument, but it does not depend on this one}}
    %w: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %other = vib.nll %p, %w : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// One of three arguments without a name.
vib.model @m(
    // expected-error @+1 {{expected a name, such as %image: in a model of 3 arguments it is the name of the argument's array in the data}}
    %0: tensor<?x8xf32>, %w: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %x = vib.add %0, %w : tensor<?x8xf32>
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// A sample that nothing reads.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %t = vib.normal %s softplus(1.0) : tensor<?x4xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected the loss to depend on the sample, but it does not}}
  %w = vib.reparameterize %t : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

// Two samples of one posterior.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  // expected-note @+1 {{the first one is here}}
  %v = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected one sample of each posterior but got a second one}}
  %w = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %z = vib.add %v, %w : tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// Samples of different numbers.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %t = vib.normal %s softplus(1.0) : tensor<?x4xf32>
  // expected-note @+1 {{the first one is here}}
  %v = vib.reparameterize %q samples(3) : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected as many samples as the first vib.reparameterize draws, 3, but got 1}}
  %w = vib.reparameterize %t : !vib.normal<2> -> tensor<?x2xf32>
  %z = vib.add %v, %w : tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// Two samples of one name.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %t = vib.normal %s softplus(1.0) : tensor<?x4xf32>
  // expected-note @+1 {{the first one is here}}
  %v = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected a name of its own, but another sample has the name "v"}}
  %w = vib.reparameterize %t name("v") : !vib.normal<2> -> tensor<?x2xf32>
  %z = vib.add %v, %w : tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// More latents than the counter of the noise tells apart.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [33554434] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x33554434xf32>
  // expected-error @+1 {{'vib.reparameterize' op expected at most 16777216 latents, which the counter of the noise can tell apart, but got 16777217}}
  %z = vib.reparameterize %q : !vib.normal<16777217> -> tensor<?x16777217xf32>
}

// -----

// Around two bottlenecks.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %t = vib.normal %s softplus(1.0) : tensor<?x4xf32>
  // expected-note @+1 {{it is drawn here}}
  %v = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %w = vib.reparameterize %t : !vib.normal<2> -> tensor<?x2xf32>
  %u = vib.add %v, %w : tensor<?x2xf32>
  %around = vib.linear %x @around [2] : tensor<?x8xf32>
  // expected-error @+1 {{'vib.add' op bypasses the bottleneck: the likelihood may depend only on samples}}
  %z = vib.add %u, %around : tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}

// -----

// A decoder that reads another target.
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>, %angle: tensor<?x2xf32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  // expected-note @+1 {{it is drawn here}}
  %v = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // expected-error @+1 {{'vib.add' op bypasses the bottleneck: the likelihood may depend only on the sample}}
  %z = vib.add %v, %angle : tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %m = vib.linear %v @numbers.0 [2] : tensor<?x2xf32>
  %n = vib.normal %m noise(1.0) : tensor<?x2xf32>
  %nll = vib.nll %n, %angle : !vib.normal<2>, tensor<?x2xf32>
  vib.loss %ce + %nll
}

// -----

// Each input has statistics of its own.
vib.model @m(%a: tensor<?x4xf32>, %b: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{'statistics.mean' is here}}
  %0 = vib.standardize %a @statistics : tensor<?x4xf32>
  // expected-error @+1 {{'vib.standardize' op expected a name of its own, but there is already a parameter 'statistics.mean'}}
  %1 = vib.standardize %b @statistics : tensor<?x4xf32>
  %c = vib.add %0, %1 : tensor<?x4xf32>
  %s = vib.linear %c @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @m batch(8) epochs(1)

// -----

// Only the data as it is stored has statistics before training.
vib.model @m(%a: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-note @+1 {{the input is standardized here}}
  %0 = vib.standardize %a @statistics : tensor<?x4xf32>
  // expected-error @+1 {{'vib.add' op expected to read the standardized input, but it reads the input itself}}
  %c = vib.add %0, %a : tensor<?x4xf32>
  %s = vib.linear %c @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @m batch(8) epochs(1)

// -----

// It would have no effect.
vib.model @m(%a: tensor<?x4xf32>, %y: tensor<?xi32>) {
  // expected-error @+1 {{'vib.standardize' op expected the loss to depend on the standardized input, but it does not}}
  %0 = vib.standardize %a @statistics : tensor<?x4xf32>
  %s = vib.linear %a @encode.0 [4] : tensor<?x4xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}
vib.train @m batch(8) epochs(1)
