// If this fails, the time to compile a model grows with the number of equal
// layers, because their kernels are compiled again for each layer.
//
// RUN: vibc %s --emit=kernels -o %t.3
// RUN: sed 's/\[64, 64, 64\]/[64, 64, 64, 64, 64, 64, 64, 64]/' %s > %t.mlir
// RUN: vibc %t.mlir --emit=kernels -o %t.8
// RUN: grep -c vector.fma %t.3 > %t.fmas
// RUN: grep -c vector.fma %t.8 | diff %t.fmas -
//
// All launches are there.
// RUN: grep -c 'vib.launch @train_step' %t.3 | FileCheck %s --check-prefix=THREE
// RUN: grep -c 'vib.launch @train_step' %t.8 | FileCheck %s --check-prefix=EIGHT
// THREE: {{^}}13{{$}}
// EIGHT: {{^}}28{{$}}

vib.model @deep(%x: tensor<?x64xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<8> {
    %h = vib.mlp %x @encode relu [64, 64, 64] : tensor<?x64xf32>
    %s = vib.linear %h @encode.s [16] : tensor<?x64xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x16xf32> -> !vib.normal<8>
    vib.yield %n : !vib.normal<8>
  }
  %z = vib.reparameterize %q : !vib.normal<8> -> tensor<?x8xf32>
  %l = vib.linear %z @decode.0 [10] : tensor<?x8xf32>
  %p = vib.categorical %l : tensor<?x10xf32> -> !vib.categorical<10>
  %ce = vib.nll %p, %y : !vib.categorical<10>, tensor<?xi32>
  %r = vib.kl %q, #vib.standard_normal : !vib.normal<8>
  vib.loss %ce + @beta(1.0e-3) * %r
}
vib.train @deep batch(32) epochs(2) { optimizer = #vib.adam<lr = 1.0e-3> }
