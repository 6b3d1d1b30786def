// Decoders that add a sample to a layer of it and multiply the two, of a full covariance, whose
// adjoint then has the names of the layer's dimensions.
vib.model @full_residual(%x: tensor<?x6xf32>, %y: tensor<?xi32>) {
  %h  = vib.linear %x @h [9] : tensor<?x6xf32>
  %q  = vib.normal %h exp : tensor<?x9xf32> -> !vib.normal<3, full>
  %z  = vib.reparameterize %q samples(2) : !vib.normal<3, full> -> tensor<?x3xf32>
  %d  = vib.linear %z @d [3] : tensor<?x3xf32>
  %s  = vib.add %d, %z : tensor<?x3xf32>
  %g  = vib.sigmoid %d : tensor<?x3xf32>
  %k  = vib.mul %g, %z : tensor<?x3xf32>
  %l  = vib.add %s, %k : tensor<?x3xf32>
  %p  = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3, full>
  vib.loss %ce + @beta(0.3) * %rate
}
vib.train @full_residual batch(5) epochs(3) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 5 }
