// Two inputs of bytes with a wide bottleneck each, a shared layer and a residual sum.
vib.model @wide_views(%left: tensor<?x8x6xui8>, %right: tensor<?x8x6xui8>, %label: tensor<?xi32>) {
  %x1 = vib.scale %left to [-1.0, 1.0] : tensor<?x8x6xui8>
  %x2 = vib.scale %right to [0.0, 1.0] : tensor<?x8x6xui8>
  %h1 = vib.linear %x1 @shared [64] : tensor<?x48xf32>
  %h2 = vib.linear %x2 @shared [64] : tensor<?x48xf32>
  %a1 = vib.relu %h1 : tensor<?x64xf32>
  %a2 = vib.relu %h2 : tensor<?x64xf32>
  %s1 = vib.linear %a1 @left.0 [64] : tensor<?x64xf32>
  %s2 = vib.linear %a2 @right.0 [96] : tensor<?x64xf32>
  %q1 = vib.normal %s1 softplus(-2.0) : tensor<?x64xf32>
  %q2 = vib.normal %s2 softplus(-2.0) : tensor<?x96xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<32> -> tensor<?x32xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<48> -> tensor<?x48xf32>
  %d1 = vib.linear %z1 @decode.left [40] : tensor<?x32xf32>
  %d2 = vib.linear %z2 @decode.right [40] : tensor<?x48xf32>
  %sum = vib.add %d1, %d2 : tensor<?x40xf32>
  %b = vib.relu %sum : tensor<?x40xf32>
  %c = vib.linear %b @decode.0 [40] : tensor<?x40xf32>
  %d = vib.add %b, %c : tensor<?x40xf32>
  %logits = vib.linear %d @decode.1 [10] : tensor<?x40xf32>
  %p = vib.categorical %logits : tensor<?x10xf32>
  %ce = vib.nll %p, %label : !vib.categorical<10>, tensor<?xi32>
  %r1 = vib.kl %q1, #vib.standard_normal : !vib.normal<32>
  %r2 = vib.kl %q2, #vib.standard_normal : !vib.normal<48>
  vib.loss %ce + @beta(0.01) * %r1 + @gamma(0.02) * %r2
}
vib.train @wide_views batch(37) epochs(4) { optimizer = #vib.sgd<lr = 0.01, momentum = 0.9>, average = 0.9, seed = 3 }
