// Features that are put side by side, taken apart and given other dimensions, before the
// bottleneck and behind it, where there are several samples. Flat rows become an image of three
// channels; what a layer computes becomes positions, and an image again.
vib.model @reshaped(%x: tensor<?x48xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x48xf32> -> !vib.normal<8> {
    %i  = vib.reshape %x channels_first [4, 4, 3] : tensor<?x48xf32>
    %a0 = vib.conv2d %i @encode.0 kernel(3, 3) channels(5) padding(same) : tensor<?x4x4x3xf32>
    %a1 = vib.tanh %a0 : tensor<?x4x4x5xf32>
    %c  = vib.concat %a1, %i, %a1 : tensor<?x4x4x5xf32>, tensor<?x4x4x3xf32>, tensor<?x4x4x5xf32>
    %t  = vib.slice %c [2 : 10] : tensor<?x4x4x13xf32>
    %p  = vib.reshape %t [8, 16] : tensor<?x4x4x8xf32>
    %l  = vib.linear %p @positions [6] : tensor<?x8x16xf32>
    %r  = vib.reshape %l [48] : tensor<?x8x6xf32>
    %e  = vib.concat %r, %x : tensor<?x48xf32>, tensor<?x48xf32>
    %m  = vib.linear %e @mean [8] : tensor<?x96xf32>
    %h  = vib.slice %e [40 : 56] : tensor<?x96xf32>
    %v  = vib.linear %h @deviation [8] : tensor<?x16xf32>
    %s  = vib.concat %m, %v : tensor<?x8xf32>, tensor<?x8xf32>
    %n  = vib.normal %s softplus(0.0) : tensor<?x16xf32>
    vib.yield %n : !vib.normal<8>
  }
  %z  = vib.reparameterize %q samples(3) : !vib.normal<8> -> tensor<?x8xf32>
  %d0 = vib.linear %z @decode.0 [12] : tensor<?x8xf32>
  %d1 = vib.reshape %d0 channels_first [2, 3, 2] : tensor<?x12xf32>
  %d2 = vib.conv2d %d1 @decode.2 kernel(2, 3) channels(4) padding(same) : tensor<?x2x3x2xf32>
  %d3 = vib.max_pool %d2 window(1, 2) stride(1, 1) : tensor<?x2x3x4xf32>
  %d4 = vib.flatten %d3 : tensor<?x2x2x4xf32>
  %g  = vib.global_avg_pool %d2 : tensor<?x2x3x4xf32>
  %k  = vib.slice %z [1 : 3] : tensor<?x8xf32>
  %k0 = vib.reshape %k [2, 1] : tensor<?x2xf32>
  %k1 = vib.linear %k0 @moved [3] : tensor<?x2x1xf32>
  %k2 = vib.flatten %k1 : tensor<?x2x3xf32>
  %d5 = vib.concat %d4, %k2, %g : tensor<?x16xf32>, tensor<?x6xf32>, tensor<?x4xf32>
  %logits = vib.linear %d5 @decode.5 [3] : tensor<?x26xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<8>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @reshaped batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
