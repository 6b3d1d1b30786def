// Tensors of several parts that have their first parts in common: in the encoder, in the adjoints of
// two posteriors, and in the decoder.
vib.model @concats(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %h  = vib.linear %x @h [3] : tensor<?x6xf32>
  %g  = vib.linear %x @g [3] : tensor<?x6xf32>
  %a  = vib.relu %h : tensor<?x3xf32>
  %b  = vib.sigmoid %h : tensor<?x3xf32>
  %ha = vib.concat %h, %a : tensor<?x3xf32>, tensor<?x3xf32>
  %hb = vib.concat %h, %b : tensor<?x3xf32>, tensor<?x3xf32>
  %m  = vib.mul %ha, %hb : tensor<?x6xf32>
  %hg = vib.concat %h, %g : tensor<?x3xf32>, tensor<?x3xf32>
  %gh = vib.concat %g, %h : tensor<?x3xf32>, tensor<?x3xf32>
  %q1 = vib.normal %m exp : tensor<?x6xf32>
  %q2 = vib.normal %hg exp : tensor<?x6xf32>
  %q3 = vib.normal %gh exp : tensor<?x6xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<3> -> tensor<?x3xf32>
  %z3 = vib.reparameterize %q3 : !vib.normal<3> -> tensor<?x3xf32>
  %s  = vib.add %z2, %z3 : tensor<?x3xf32>
  %t  = vib.tanh %s : tensor<?x3xf32>
  %zs = vib.concat %z1, %s : tensor<?x3xf32>, tensor<?x3xf32>
  %zt = vib.concat %z1, %t : tensor<?x3xf32>, tensor<?x3xf32>
  %d  = vib.mul %zs, %zt : tensor<?x6xf32>
  %l  = vib.linear %d @decode.0 [3] : tensor<?x6xf32>
  %p  = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q1, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(0.3) * %rate
}
vib.train @concats batch(5) epochs(3) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 5 }
