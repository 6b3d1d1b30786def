// Broken if a function of the mean rate is not read, or is printed or stored
// with another meaning.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s -emit-bytecode -o %t.bc
// RUN: vib-opt %t.bc | FileCheck %s

// CHECK-LABEL: vib.model @m
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  // CHECK: vib.loss %nll + @beta(0.001) * power(%rate, 2.0) + 0.5 * exp(%rate, 0.1) + @gamma(2.0) * abs(%rate - 3.0) + 0.1 * abs(%rate - @capacity(25.0)) + @beta(0.001) * %rate
  vib.loss %ce + @beta(1.0e-3) * power(%rate, 2) + 0.5 * exp(%rate, 0.1)
    + @gamma(2.0) * abs(%rate - 3.0) + 0.1 * abs(%rate - @capacity(25)) + @beta(1.0e-3) * %rate
}
// CHECK: coefficients = { capacity = #vib.linear<epochs = 2.0, from = 1.0> },
vib.train @m batch(4) epochs(1) {
  coefficients = { capacity = #vib.linear<from = 1.0, epochs = 2> } }

// A term that is subtracted, first and later.
// CHECK-LABEL: vib.model @penalty
vib.model @penalty(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  // CHECK: %entropy = vib.entropy %p : !vib.categorical<3>
  %h = vib.entropy %p : !vib.categorical<3>
  // CHECK: vib.loss - @gamma(0.1) * %entropy + %nll - 0.25 * %entropy + 0.5 * %entropy
  vib.loss - @gamma(0.1) * %h + %ce -0.25*%h + 0.5 * %h
}

// CHECK-LABEL: func @attributes
// CHECK-SAME: a = [#vib.function<mean>, #vib.function<power, 2.0>, #vib.function<exp, 0.5>, #vib.function<abs, 3.0>, #vib.function<abs, @capacity(3.0)>, #vib.function<negative>]
func.func @attributes() attributes {
    a = [#vib.function<mean>, #vib.function<power, 2.0>, #vib.function<exp, 0.5>,
         #vib.function<abs, 3>, #vib.function<abs, @capacity(3)>, #vib.function<negative>]} {
  return
}
