// Broken if a number that the type of the model does not have is taken, and becomes infinite
// in the program.
// RUN: not vib-opt %s -vib-to-step -split-input-file 2>&1 | FileCheck %s

// CHECK: 'vib.model' op expected beta to be at most 3.4e38, the largest number of f32, but got 1.0e300
vib.model @coefficient(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(1.0) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %nll + @beta(1.0e300) * %rate
}
vib.train @coefficient batch(2) epochs(1)

// -----

// CHECK: 'vib.train' op expected the learning rate to be at most 3.4e38, the largest number of f32, but got 1.0e39
vib.model @rate(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(1.0) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  vib.loss %nll
}
vib.train @rate batch(2) epochs(1) { optimizer = #vib.sgd<lr = 1.0e39> }

// -----

// CHECK: 'vib.train' op expected the schedule of 'gamma' to be at most 3.4e38, the largest number of f32, but got 1.0e40
vib.model @end(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(1.0) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  vib.loss @gamma(1.0) * %nll
}
vib.train @end batch(2) epochs(1) { coefficients = { gamma = #vib.linear<from = 1.0e40, epochs = 2> } }

// -----

// In f64 all of them are numbers.
// CHECK-NOT: error:
// CHECK: module
vib.model @double(%x: tensor<?x4xf64>, %y: tensor<?x1xf64>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf64>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf64>
  %m = vib.linear %z @decode [1] : tensor<?x2xf64>
  %p = vib.normal %m noise(1.0) : tensor<?x1xf64>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf64>
  vib.loss @gamma(1.0e300) * %nll
}
vib.train @double batch(2) epochs(1) { optimizer = #vib.sgd<lr = 1.0e39> }

// -----

// CHECK: 'vib.train' op expected the limit of 'clip' to be between 1.2e-38 and 3.4e38, as the normal numbers of f32 are, but got 1.0e-46
vib.model @limit(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(1.0) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  vib.loss %nll
}
vib.train @limit batch(2) epochs(1) { clip = #vib.value<1.0e-46> }

// -----

// CHECK: 'vib.nll' op expected the weight of a class to be between 1.2e-38 and 3.4e38, as the normal numbers of f32 are, but got 1.0e39
vib.model @weight(%x: tensor<?x4xf32>, %y: tensor<?xi32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [2] : tensor<?x2xf32>
  %p = vib.categorical %m : tensor<?x2xf32>
  %nll = vib.nll %p, %y weights([1.0e39, 1.0]) : !vib.categorical<2>, tensor<?xi32>
  vib.loss %nll
}
vib.train @weight batch(2) epochs(1)

// -----

// CHECK: 'vib.laplace' op expected the scale to be between 1.2e-38 and 3.4e38, as the normal numbers of f32 are, but got 1.0e-40
vib.model @scale(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.laplace %m noise(1.0e-40) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.laplace<1>, tensor<?x1xf32>
  vib.loss %nll
}
vib.train @scale batch(2) epochs(1)
