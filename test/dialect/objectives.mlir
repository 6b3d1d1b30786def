// Broken if what training minimizes of classes, what bypasses the bottleneck, a limit of gradients or
// a dual ascent is not read, or is printed or stored with another meaning.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s -emit-bytecode -o %t.bc
// RUN: vib-opt %t.bc | FileCheck %s

// CHECK-LABEL: vib.model @m
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [4] : tensor<?x8xf32>
  %q = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  // CHECK: [[B:%.*]] = vib.bypass %x : tensor<?x8xf32>
  // CHECK: vib.concat %z, [[B]]
  %b = vib.bypass %x : tensor<?x8xf32>
  %d = vib.concat %z, %b : tensor<?x2xf32>, tensor<?x8xf32>
  %l = vib.linear %d @decode.0 [3] : tensor<?x10xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  // CHECK: vib.nll %p, %y smoothing(0.1) weights([1.0, 2.5, 0.5]) : !vib.categorical<3>, tensor<?xi32>
  %ce = vib.nll %p, %y smoothing(0.1) weights([1, 2.5, 0.5]) : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
// CHECK: beta_schedule = #vib.dual<rate = @rate, target = 2.0, step = 0.001>,
// CHECK-NEXT: clip = #vib.global_norm<1.0>, average = 0.5
vib.train @m batch(4) epochs(1) {
  clip = #vib.global_norm<1>, average = 0.5,
  coefficients = { beta = #vib.dual<target = 2, step = 1e-3, rate = @rate> } }
// CHECK: clip = #vib.value<0.5>, init
vib.train @m batch(4) epochs(1) { clip = #vib.value<0.5> }

// CHECK-LABEL: @nll
func.func @nll(%l: tensor<?x3xf32>, %y: tensor<?xi32>) {
  %p = vib.categorical %l : tensor<?x3xf32>
  // CHECK: vib.nll {{%.*}}, %arg1 smoothing(0.1) :
  %0 = vib.nll %p, %y smoothing(1e-1) : !vib.categorical<3>, tensor<?xi32>
  // CHECK: vib.nll {{%.*}}, %arg1 weights([1.0, 2.0, 3.0]) :
  %1 = vib.nll %p, %y weights([1, 2, 3]) : !vib.categorical<3>, tensor<?xi32>
  return
}
