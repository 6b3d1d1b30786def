// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s
// RUN: vib-opt %s --mlir-print-op-generic | vib-opt | FileCheck %s

// CHECK-LABEL: vib.model @everything(%x: tensor<?x4x2xf64>, %y: tensor<?x1xf64>) {
// CHECK-NEXT:    [[X:%.*]] = vib.flatten %x : tensor<?x4x2xf64> -> tensor<?x8xf64>
// CHECK-NEXT:    %q = vib.encoder [[X]] : tensor<?x8xf64> -> !vib.normal<2, full> {
// CHECK-NEXT:      [[MLP:%.*]] = vib.mlp [[X]] @encode tanh [16, 8] : tensor<?x8xf64> -> tensor<?x8xf64>
// CHECK-NEXT:      [[GELU:%.*]] = vib.gelu [[MLP]] : tensor<?x8xf64>
// CHECK-NEXT:      [[STATISTICS:%.*]] = vib.linear [[GELU]] @encode.4 : tensor<?x8xf64> -> tensor<?x5xf64>
// CHECK-NEXT:      [[N:%.*]] = vib.normal [[STATISTICS]] softplus(-5.0) : tensor<?x5xf64> -> !vib.normal<2, full>
// CHECK-NEXT:      vib.yield [[N]] : !vib.normal<2, full>
// CHECK:         %z = vib.reparameterize %q samples(3) : !vib.normal<2, full> -> tensor<?x2xf64>
// CHECK-NEXT:    %p = vib.decoder %z : tensor<?x2xf64> -> !vib.normal<1> {
// CHECK:           vib.sigmoid
// CHECK:           vib.softplus
// CHECK:           vib.tanh
// CHECK:           vib.relu
// CHECK-NEXT:      vib.add %h{{.*}}, %z : tensor<?x2xf64>
// CHECK-NEXT:      vib.mul %h{{.*}}, %z : tensor<?x2xf64>
// CHECK:           vib.normal {{.*}} noise(@decode.noise = 0.5) : tensor<?x1xf64> -> !vib.normal<1>
// CHECK:         %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf64>
// CHECK-NEXT:    %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2, full>
// CHECK-NEXT:    vib.loss %nll + @beta(0.001) * %rate
vib.model @everything(%x: tensor<?x4x2xf64>, %y: tensor<?x1xf64>) {
  %f = vib.flatten %x : tensor<?x4x2xf64>
  %q = vib.encoder %f : tensor<?x8xf64> -> !vib.normal<2, full> {
    %h = vib.mlp %f @encode tanh [16, 8] : tensor<?x8xf64>
    %g = vib.gelu %h : tensor<?x8xf64>
    %s = vib.linear %g @encode.4 [5] : tensor<?x8xf64>
    %n = vib.normal %s softplus(-5) : tensor<?x5xf64> -> !vib.normal<2, full>
    vib.yield %n : !vib.normal<2, full>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<2, full> -> tensor<?x2xf64>
  %p = vib.decoder %z : tensor<?x2xf64> -> !vib.normal<1> {
    %a = vib.sigmoid %z : tensor<?x2xf64>
    %b = vib.softplus %a : tensor<?x2xf64>
    %c = vib.tanh %b : tensor<?x2xf64>
    %d = vib.relu %c : tensor<?x2xf64>
    %e = vib.add %d, %z : tensor<?x2xf64>
    %w = vib.mul %e, %z : tensor<?x2xf64>
    %m = vib.linear %w @decode.0 [1] : tensor<?x2xf64>
    %n = vib.normal %m noise(@decode.noise = 0.5) : tensor<?x1xf64>
    vib.yield %n : !vib.normal<1>
  }
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf64>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2, full>
  vib.loss %nll + @beta(1.0e-3) * %rate
}

// The order of settings and of fields is the user's.
// CHECK-LABEL: vib.train @everything
// CHECK-NEXT:    optimizer = #vib.sgd<lr = 0.1, momentum = 0.9>,
// CHECK-NEXT:    schedule = #vib.cosine<epochs = 3.0, final = 0.01, warmup = 1.0>,
// CHECK-NEXT:    beta_schedule = #vib.exponential_warmup<epochs = 2.0, from = 1.0e-4>,
// CHECK-NEXT:    average = 0.999, init = #vib.he_normal, seed = 7 }
vib.train @everything batch(16) epochs(3) {
  seed = 7, init = #vib.he_normal, average = 0.999,
  beta_schedule = #vib.exponential_warmup<from = 1.0e-4, epochs = 2>,
  schedule = #vib.cosine<final = 0.01, epochs = 3, warmup = 1>,
  optimizer = #vib.sgd<momentum = 0.9, lr = 0.1>}

// A range of floats, and one of bytes that is not all of them.
// CHECK-LABEL: func @ranges
// CHECK: vib.scale {{.*}} from [0.0, 16.0] to [-1.0, 1.0] : tensor<?x8x8xf32> -> tensor<?x64xf32>
// CHECK: vib.scale {{.*}} from [0.0, 100.0] to [0.0, 1.0] : tensor<?x4xui8> -> tensor<?x4xf32>
func.func @ranges(%x: tensor<?x8x8xf32>, %b: tensor<?x4xui8>) {
  %0 = vib.scale %x from [0, 16] to [-1, 1] : tensor<?x8x8xf32>
  %1 = vib.scale %b from [0, 100] to [0, 1] : tensor<?x4xui8>
  return
}

// CHECK-LABEL: func @standardize
// CHECK: vib.standardize {{.*}} @standardize : tensor<?x8xf32> -> tensor<?x8xf32>
// CHECK: vib.standardize {{.*}} @other : tensor<?x8x2xf64> -> tensor<?x8x2xf64>
func.func @standardize(%x: tensor<?x8xf32>, %i: tensor<?x8x2xf64>) {
  %0 = vib.standardize %x @standardize : tensor<?x8xf32>
  %1 = vib.standardize %i @other : tensor<?x8x2xf64> -> tensor<?x8x2xf64>
  return
}

// Without a rate there is no beta.
// CHECK-LABEL: vib.model @plain
// CHECK:         vib.scale %x to [-1.0, 0.5] : tensor<?x2x2xui8> -> tensor<?x4xf32>
// CHECK:         vib.normal {{.*}} noise(0.25) : tensor<?x1xf32> -> !vib.normal<1>
// CHECK:         vib.loss %nll{{$}}
vib.model @plain(%x: tensor<?x2x2xui8>, %y: tensor<?x1xf32>) {
  %f = vib.scale %x to [-1, 0.5] : tensor<?x2x2xui8>
  %q = vib.normal %f softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(0.25) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  vib.loss %nll
}

// What is left out has a default, which is printed.
// CHECK-LABEL: vib.train @plain batch(1) epochs(1) {
// CHECK-NEXT:    optimizer = #vib.adam<lr = 0.001>,
// CHECK-NEXT:    schedule = #vib.constant,
// CHECK-NEXT:    init = #vib.glorot_uniform, seed = 0 }
vib.train @plain batch(1) epochs(1)

// A loss without a rate: a rate of another distribution may be computed, and a schedule that
// changes nothing be written.
// CHECK-LABEL: vib.model @unused
// CHECK:         vib.loss %nll{{$}}
vib.model @unused(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %other = vib.normal %x softplus(1) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(0.25) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %other, #vib.standard_normal : !vib.normal<2>
  vib.loss %nll
}

// CHECK-LABEL: vib.train @unused
// CHECK-NOT:     beta_schedule
// CHECK:         init
vib.train @unused batch(1) epochs(1) { beta_schedule = #vib.constant }

// Terms keep their order, and 1 is not written.
// CHECK-LABEL: vib.model @terms
// CHECK:         vib.loss 0.5 * %nll + @beta(0.001) * %rate + %nll + @gamma(0.25) * %rate{{$}}
vib.model @terms(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %q = vib.normal %x softplus(0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %m = vib.linear %z @decode [1] : tensor<?x2xf32>
  %p = vib.normal %m noise(0.25) : tensor<?x1xf32>
  %nll = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss 0.5 * %nll + @beta(1e-3) * %rate + 1.0 * %nll + @gamma(0.25) * %rate
}

// CHECK-LABEL: vib.train @terms
// CHECK-NEXT:    optimizer = #vib.adam<lr = 0.01>,
// CHECK-NEXT:    schedule = #vib.linear<epochs = 3.0, from = 0.01, to = 0.001>,
// CHECK-NEXT:    coefficients = { beta = #vib.geometric<epochs = 5.0, from = 1.0e-6, delay = 1.0>, gamma = #vib.cosine<epochs = 2.0, to = 1.0, cycles = 4.0, cap = 0.5> },
// CHECK-NEXT:    init = #vib.glorot_uniform, seed = 0 }
vib.train @terms batch(1) epochs(1) {
  coefficients = { gamma = #vib.cosine<epochs = 2, to = 1, cycles = 4, cap = 0.5>,
                   beta = #vib.geometric<from = 1e-6, epochs = 5, delay = 1> },
  schedule = #vib.linear<to = 1e-3, from = 1e-2, epochs = 3>, optimizer = #vib.adam<lr = 0.01> }

// Every number comes back as it was, to the last bit.
// CHECK-LABEL: @attributes
// CHECK-SAME:    #vib.adamw<lr = 0.30000000000000004, weight_decay = 0.1>
// CHECK-SAME:    #vib.adabelief<lr = 0.001, beta1 = 0.5>
// CHECK-SAME:    #vib.rmsprop<lr = 0.001, decay = 0.9, momentum = 0.5>
// CHECK-SAME:    #vib.adamw<lr = 0.001, decay_on = weights>
// CHECK-SAME:    #vib.rmsprop<lr = 0.001, weight_decay = 0.5, decay_on = weights>
// CHECK-SAME:    #vib.sgd<lr = 0.001, weight_decay = 0.5>
// CHECK-SAME:    #vib.staircase<rate = 0.97, epochs = 2.0>
// CHECK-SAME:    #vib.exponential<rate = 0.5, epochs = 0.5, warmup = 0.25>
// CHECK-SAME:    #vib.linear_warmup<epochs = 0.0>
// CHECK-SAME:    #vib.constant<warmup = 5.0e-324>
// CHECK-SAME:    #vib.glorot_normal
// CHECK-SAME:    #vib.he_uniform
// CHECK-SAME:    #vib.standard_normal : !vib.normal<3>
func.func private @attributes() attributes {a = [
  #vib.adamw<lr = 0.30000000000000004, weight_decay = 0.1>,
  #vib.adabelief<lr = 1e-3, beta1 = 0.5, eps = 1e-16>,
  #vib.rmsprop<momentum = 0.5, lr = 1e-3, decay = 0.9>,
  #vib.adamw<decay_on = weights, lr = 1e-3>,
  #vib.rmsprop<lr = 1e-3, decay_on = weights, weight_decay = 0.5>,
  #vib.sgd<lr = 1e-3, weight_decay = 0.5, decay_on = all>,
  #vib.staircase<rate = 0.97, epochs = 2>,
  #vib.exponential<rate = 0.5, epochs = 0.5, warmup = 0.25>,
  #vib.linear_warmup<epochs = 0>, #vib.constant<warmup = 5.0e-324>,
  #vib.glorot_normal, #vib.he_uniform, #vib.standard_normal : !vib.normal<3>]}

// The names of arguments and samples are part of a model. A sample's is written apart if the
// text gives its result another one.
// CHECK-LABEL: vib.model @several(%left: tensor<?x4xf32>, %right: tensor<?x4xf32>, %label: tensor<?xi32>) {
// CHECK:         %z_left = vib.reparameterize %{{.*}} : !vib.normal<2> -> tensor<?x2xf32>
// CHECK-NEXT:    %h_0_{{[0-9]}} = vib.reparameterize %{{.*}} name("h_0") : !vib.normal<2> -> tensor<?x2xf32>
vib.model @several(%left: tensor<?x4xf32>, %right: tensor<?x4xf32>, %label: tensor<?xi32>) {
  %s = vib.linear %left @shared [4] : tensor<?x4xf32>
  %t = vib.linear %right @shared [4] : tensor<?x4xf32>
  %q1 = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %q2 = vib.normal %t softplus(0.0) : tensor<?x4xf32>
  %z_left = vib.reparameterize %q1 : !vib.normal<2> -> tensor<?x2xf32>
  %h_0 = vib.reparameterize %q2 : !vib.normal<2> -> tensor<?x2xf32>
  %z = vib.add %z_left, %h_0 : tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %ce = vib.nll %p, %label : !vib.categorical<2>, tensor<?xi32>
  vib.loss %ce
}

// The spreads of posteriors and likelihoods.
// CHECK-LABEL: func.func @spreads
// CHECK: vib.normal %arg0 exp : tensor<?x4xf32> -> !vib.normal<2>
// CHECK: vib.normal %arg0 exp_half : tensor<?x4xf32> -> !vib.normal<2>
// CHECK: vib.normal %arg0 bounded([-10.0, 0.0]) : tensor<?x4xf32> -> !vib.normal<2>
// CHECK: vib.normal %arg0 sigma(0.5) : tensor<?x4xf32> -> !vib.normal<4>
// CHECK: vib.normal %arg0 sigma(@spread = 0.5) : tensor<?x4xf32> -> !vib.normal<4>
// CHECK: vib.normal %arg0 sigma(@spread[4] = 0.5) : tensor<?x4xf32> -> !vib.normal<4>
// CHECK: vib.normal %arg0 noise(@spread[4] = 0.5) : tensor<?x4xf32> -> !vib.normal<4>
func.func @spreads(%s: tensor<?x4xf32>) {
  %0 = vib.normal %s exp : tensor<?x4xf32>
  %1 = vib.normal %s exp_half : tensor<?x4xf32>
  %2 = vib.normal %s bounded([-10, 0]) : tensor<?x4xf32>
  %3 = vib.normal %s sigma(0.5) : tensor<?x4xf32>
  %4 = vib.normal %s sigma(@spread = 0.5) : tensor<?x4xf32>
  %5 = vib.normal %s sigma(@spread[4] = 0.5) : tensor<?x4xf32>
  %6 = vib.normal %s noise(@spread[4] = 0.5) : tensor<?x4xf32>
  return
}
