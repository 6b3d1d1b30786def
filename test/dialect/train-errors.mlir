// RUN: vib-opt %s -verify-diagnostics -split-input-file

// What can be wrong with how a model is trained.

// A batch of zero.
// expected-error @+1 {{'vib.train' op expected the number of rows to be a whole number from 1 to 1048576 but got '0'}}
vib.train @m batch(0) epochs(1)

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

// A batch that no memory holds.
// expected-error @+1 {{'vib.train' op expected the number of rows to be a whole number from 1 to 1048576 but got '1048577'}}
vib.train @m batch(1048577) epochs(1)

// -----

// A negative batch.
// expected-error @+1 {{'vib.train' op expected the number of rows to be a whole number from 1 to 1048576 but got '-1'}}
vib.train @m batch(-1) epochs(1)

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

// No epochs.
// expected-error @+1 {{'vib.train' op expected the number of epochs to be a whole number from 1 to 4294967296 but got '0'}}
vib.train @m batch(8) epochs(0)

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

// More epochs than their numbers have bits for.
// expected-error @+1 {{'vib.train' op expected the number of epochs to be a whole number from 1 to 4294967296 but got '4294967297'}}
vib.train @m batch(8) epochs(4294967297)

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

// No batch.
// expected-error @+1 {{'vib.train' op expected 'batch(…)', the number of rows, but got 'epochs'}}
vib.train @m epochs(1)

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

// A batch that is no integer.
// expected-error @+1 {{'vib.train' op expected the number of rows to be a whole number from 1 to 1048576 but got '8.5'}}
vib.train @m batch(8.5) epochs(1)

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

// An unknown setting.
// expected-error @+1 {{expected one of 'optimizer', 'schedule', 'coefficients', 'beta_schedule', 'clip', 'average', 'init', 'seed' but got 'optimiser'; did you mean 'optimizer'?}}
vib.train @m batch(8) epochs(1) { optimiser = #vib.sgd<lr = 0.1> }

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

// A setting that is like no other.
// expected-error @+1 {{expected one of 'optimizer', 'schedule', 'coefficients', 'beta_schedule', 'clip', 'average', 'init', 'seed' but got 'dropout'}}
vib.train @m batch(8) epochs(1) { dropout = 0.5 }

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

// A setting that is there twice.
// expected-error @+1 {{'seed' is given twice}}
vib.train @m batch(8) epochs(1) { seed = 0, seed = 1 }

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

// An unknown field.
// expected-error @+1 {{#vib.adam: expected one of 'lr', 'beta1', 'beta2', 'eps' but got 'beta_1'; did you mean 'beta1'?}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<lr = 0.1, beta_1 = 0.5> }

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

// A field that is there twice.
// expected-error @+1 {{'lr' is given twice}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<lr = 0.1, lr = 0.2> }

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

// A learning rate that is missing.
// expected-error @+2 {{expected 'lr' in #vib.adam}}
// expected-note @+1 {{#vib.adam is written: #vib.adam<lr = 1.0e-4}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<beta1 = 0.5> }

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

// A learning rate of zero.
// expected-error @+1 {{expected 'lr' above 0 but got 0.0}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0> }

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

// A negative learning rate.
// expected-error @+1 {{expected 'lr' above 0 but got -0.1}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adamw<lr = -0.1> }

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

// A moment that never forgets.
// expected-error @+1 {{expected 'beta2' in [0, 1) but got 1.0}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<lr = 0.1, beta2 = 1.0> }

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

// A momentum of more than one.
// expected-error @+1 {{expected 'momentum' in [0, 1) but got 1.5}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1, momentum = 1.5> }

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

// What a decay acts on.
// expected-error @+1 {{expected one of 'all', 'weights' but got 'biases'}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1, decay_on = biases> }

// -----

// Adam has no decay.
// expected-error @+1 {{#vib.adam: expected one of 'lr', 'beta1', 'beta2', 'eps' but got 'decay_on', which #vib.adamw has}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<lr = 0.1, decay_on = weights> }

// -----

// expected-error @+1 {{#vib.adam: expected one of 'lr', 'beta1', 'beta2', 'eps' but got 'weight_decay', which #vib.adamw has}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adam<lr = 0.1, weight_decay = 0.1> }

// -----

// A negative weight decay.
// expected-error @+1 {{expected 'weight_decay' of at least 0 but got -0.1}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1, weight_decay = -0.1> }

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

// A staircase without steps.
// expected-error @+1 {{expected 'epochs' above 0 but got 0.0}}
vib.train @m batch(8) epochs(1) { schedule = #vib.staircase<rate = 0.97, epochs = 0> }

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

// A decay that grows.
// expected-error @+1 {{expected 'rate' in (0, 1] but got 1.1}}
vib.train @m batch(8) epochs(1) { schedule = #vib.exponential<rate = 1.1, epochs = 1> }

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

// A cosine to a negative rate.
// expected-error @+1 {{expected 'final' in [0, 1] but got -1.0}}
vib.train @m batch(8) epochs(1) { schedule = #vib.cosine<epochs = 1, final = -1> }

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

// A geometric rise from nothing.
// expected-error @+1 {{expected 'from' in (0, 1] but got 0.0}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.exponential_warmup<epochs = 1, from = 0> }

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

// A warm-up of negative length.
// expected-error @+1 {{expected 'warmup' of at least 0 but got -1.0}}
vib.train @m batch(8) epochs(1) { schedule = #vib.constant<warmup = -1> }

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

// An optimizer that is a schedule.
// expected-error @+1 {{'vib.train' op expected an optimizer, one of #vib.sgd, #vib.adam, #vib.adamw, #vib.adabelief, #vib.rmsprop, but got #vib.constant}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.constant }

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

// An unknown optimizer.
// expected-error @+2 {{there is no attribute '#vib.lion'}}
// expected-note @+1 {{optimizers: #vib.}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.lion<lr = 0.1> }

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

// A misspelt optimizer.
// expected-error @+2 {{there is no attribute '#vib.adamax'; did you mean '#vib.adam'?}}
// expected-note @+1 {{optimizers: #vib.}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.adamax<lr = 0.1> }

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

// A misspelt schedule.
// expected-error @+2 {{there is no attribute '#vib.cosin'; did you mean '#vib.cosine'?}}
// expected-note @+1 {{optimizers: #vib.}}
vib.train @m batch(8) epochs(1) { schedule = #vib.cosin<factor = 0.1> }

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

// Initial weights as the schedule of the learning rate.
// expected-error @+1 {{'vib.train' op expected a schedule of the learning rate, one of #vib.constant, #vib.staircase, #vib.exponential, #vib.cosine, #vib.linear, #vib.geometric, #vib.linear_warmup, #vib.exponential_warmup, #vib.dual, but got #vib.he_normal}}
vib.train @m batch(8) epochs(1) { schedule = #vib.he_normal }

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

// An average that never moves.
// expected-error @+1 {{'vib.train' op expected the average's decay in [0, 1) but got 1.0}}
vib.train @m batch(8) epochs(1) { average = 1.0 }

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

// An average that is not a number.
// expected-error @+1 {{'vib.train' op expected the average's decay in [0, 1) but got NaN}}
vib.train @m batch(8) epochs(1) { average = 0x7FF8000000000000 : f64 }

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

// An unknown initializer.
// expected-error @+1 {{'vib.train' op expected one of #vib.glorot_uniform, #vib.glorot_normal, #vib.he_uniform, #vib.he_normal but got '"glorot"'}}
vib.train @m batch(8) epochs(1) { init = "glorot" }

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

// A negative seed.
// expected-error @+1 {{'vib.train' op expected the seed to be a whole number from 0 to 18446744073709551615 but got '-1'}}
vib.train @m batch(8) epochs(1) { seed = -1 }

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

// The training of a model that is not there.
// expected-error @+1 {{'vib.train' op expected a model but got @toynet}}
vib.train @toynet batch(8) epochs(1)

// expected-note @+1 {{@m is defined here}}
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

// No model at all.
// expected-error @+1 {{'vib.train' op expected a model but got @m, and no model is defined}}
vib.train @m batch(8) epochs(1)

// -----

// A schedule of a beta that there is not.
// expected-error @+1 {{'vib.train' op expected no schedule of 'beta', because the loss of @m has no coefficient with a name}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.linear_warmup<epochs = 1> }

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
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce
}

// -----

// The constant schedule changes nothing.
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.constant }

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
  vib.loss %ce
}

// -----

// A schedule of a coefficient that the loss does not have.
// expected-error @+1 {{'vib.train' op expected no schedule of 'gamma', because the loss of @m has no such coefficient: expected one of 'beta'}}
vib.train @m batch(8) epochs(1) { coefficients = { gamma = #vib.constant } }

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
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// The name of a coefficient, written as the loss has it.
// expected-error @+1 {{'vib.train' op expected the name of a coefficient, as in '{ beta = #vib.linear<…> }', but got '@beta': write it without '@'}}
vib.train @m batch(8) epochs(1) { coefficients = { @beta = #vib.constant } }

// -----

// expected-error @+1 {{'vib.train' op expected the name of a coefficient, as in '{ beta = #vib.linear<…> }', but got '5'}}
vib.train @m batch(8) epochs(1) { coefficients = { 5 = #vib.constant } }

// -----

// A schedule of a temperature without a name.
// expected-error @+1 {{'vib.train' op expected no schedule of 'tau', because the loss of @m has no such coefficient: expected one of 'beta'}}
vib.train @m batch(8) epochs(1) { coefficients = { tau = #vib.linear<from = 1.0, epochs = 1> } }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  // expected-note @+1 {{this temperature has no name: to give it this schedule, write 'temperature(@tau(0.5))'}}
  %q = vib.concrete %s temperature(0.5) : tensor<?x4xf32> -> !vib.concrete<2, 2>
  %z = vib.reparameterize %q : !vib.concrete<2, 2> -> tensor<?x4xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x4xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A misspelling of beta is not the name of the temperature.
// expected-error @+1 {{'vib.train' op expected no schedule of 'bta', because the loss of @m has no such coefficient: expected one of 'beta'}}
vib.train @m batch(8) epochs(1) { coefficients = { bta = #vib.linear<from = 1.0, epochs = 1> } }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.concrete %s temperature(0.5) : tensor<?x4xf32> -> !vib.concrete<2, 2>
  %z = vib.reparameterize %q : !vib.concrete<2, 2> -> tensor<?x4xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x4xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q : !vib.concrete<2, 2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A coefficient with two schedules.
// expected-error @+1 {{'vib.train' op 'beta' is given twice}}
vib.train @m batch(8) epochs(1) { coefficients = { beta = #vib.constant, beta = #vib.constant } }

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

// A schedule of beta in both forms.
// expected-error @+1 {{'vib.train' op 'beta_schedule' and 'coefficients' both have a schedule of beta}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.constant, coefficients = { beta = #vib.constant } }

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

// No end of a ramp.
// expected-error @+1 {{expected 'from' or 'to': the base value is the other end}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.linear<epochs = 1> }

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

// Two ends of which none is the value of the coefficient.
// expected-error @+1 {{'vib.train' op expected 'from' or 'to' of the schedule of the coefficient 'beta' to be its value, 0.001, but got 1.0 and 0.5}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.linear<from = 1, to = 0.5, epochs = 1> }

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

// Two ends of which none is the learning rate.
// expected-error @+1 {{'vib.train' op expected 'from' or 'to' of the schedule of the learning rate to be its value, 0.1, but got 1.0 and 0.5}}
vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1>, schedule = #vib.geometric<from = 1, to = 0.5, epochs = 1> }

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

// A ramp to 0 by a factor.
// expected-error @+1 {{expected 'to' above 0 but got 0.0}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.geometric<to = 0, epochs = 1> }

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

// Half a cycle.
// expected-error @+1 {{expected 'cycles' to be a whole number from 1 to 4294967296 but got 1.5}}
vib.train @m batch(8) epochs(1) { beta_schedule = #vib.linear<from = 0, epochs = 1, cycles = 1.5> }

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

// Two ways to write the end of a cosine.
// expected-error @+1 {{expected 'final', a fraction of the base value, or 'from' and 'to', but got both}}
vib.train @m batch(8) epochs(1) { schedule = #vib.cosine<epochs = 1, final = 0.1, to = 0.1> }

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

// A norm of zero.
// expected-error @+1 {{expected 'limit' above 0 but got 0.0}}
vib.train @m batch(4) epochs(1) { clip = #vib.global_norm<0> }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A limit that is no number.
// expected-error @+1 {{expected 'limit' above 0 but got NaN}}
vib.train @m batch(4) epochs(1) { clip = #vib.value<0x7FF8000000000000 : f64> }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A number in place of a limit.
// expected-error @+1 {{expected one of #vib.global_norm, #vib.value but got '1.0'}}
vib.train @m batch(4) epochs(1) { clip = 1.0 }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// Another attribute.
// expected-error @+1 {{'vib.train' op expected a limit of gradients, one of #vib.global_norm, #vib.value, but got #vib.constant}}
vib.train @m batch(4) epochs(1) { clip = #vib.constant }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A dual ascent of the learning rate.
// expected-error @+1 {{'vib.train' op expected a schedule of the learning rate that follows the epochs but got #vib.dual<rate = @rate, target = 1.0, step = 0.1>}}
vib.train @m batch(4) epochs(1) { schedule = #vib.dual<rate = @rate, target = 1, step = 0.1> }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A dual ascent to no target.
// expected-error @+1 {{expected 'target' of at least 0 but got -1.0}}
vib.train @m batch(4) epochs(1) { beta_schedule = #vib.dual<rate = @rate, target = -1, step = 0.1> }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A dual ascent that stays.
// expected-error @+1 {{expected 'step' above 0 but got 0.0}}
vib.train @m batch(4) epochs(1) { beta_schedule = #vib.dual<rate = @rate, target = 1, step = 0> }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// The rate of no sample.
// expected-error @+1 {{'vib.train' op expected the 'rate' of the dual ascent of 'beta' to be a rate in the loss, @rate, but got @rate2}}
vib.train @m batch(4) epochs(1) { coefficients = { beta = #vib.dual<rate = @rate2, target = 1, step = 0.1> } }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(1.0e-3) * %rate
}

// -----

// A dual ascent of a capacity.
// expected-error @+1 {{'vib.train' op expected a dual ascent of the coefficient of a term, but 'capacity' is a number in the function of one}}
vib.train @m batch(4) epochs(1) { coefficients = { capacity = #vib.dual<rate = @rate, target = 1, step = 0.1> } }

vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // expected-note @+1 {{the loss is here}}
  vib.loss %ce + @beta(0.1) * abs(%rate - @capacity(5.0))
}
