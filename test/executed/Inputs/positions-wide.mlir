// Ten positions, flattened, with layers wide enough for bf16.
vib.model @positions_wide(%x: tensor<?x10x64xf32>, %label: tensor<?xi32>) {
  %h = vib.linear %x @encode.0 [48] : tensor<?x10x64xf32>
  %r = vib.gelu %h : tensor<?x10x48xf32>
  %f = vib.flatten %r : tensor<?x10x48xf32>
  %s = vib.linear %f @encode.1 [64] : tensor<?x480xf32>
  %q = vib.normal %s softplus(-1.0) : tensor<?x64xf32>
  %z = vib.reparameterize %q : !vib.normal<32> -> tensor<?x32xf32>
  %l = vib.linear %z @decode [40] : tensor<?x32xf32>
  %p = vib.categorical %l : tensor<?x40xf32>
  %ce = vib.nll %p, %label : !vib.categorical<40>, tensor<?xi32>
  %k = vib.kl %q, #vib.standard_normal : !vib.normal<32>
  vib.loss %ce + @beta(0.1) * %k
}
vib.train @positions_wide batch(32) epochs(2) { optimizer = #vib.adam<lr = 0.01> }
