// A row is one byte, so that a file of very many rows is small.
vib.model @bytes(%b: tensor<?x1xui8>, %y: tensor<?xi32>) {
  %x = vib.scale %b to [0.0, 1.0] : tensor<?x1xui8> -> tensor<?x1xf32>
  %s = vib.linear %x @encode.0 : tensor<?x1xf32> -> tensor<?x2xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x2xf32> -> !vib.normal<1>
  %z = vib.reparameterize %q : !vib.normal<1> -> tensor<?x1xf32>
  %l = vib.linear %z @decode.0 : tensor<?x1xf32> -> tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x2xf32> -> !vib.categorical<2>
  %ce = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<1>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @bytes batch(65536) epochs(1) { optimizer = #vib.sgd<lr = 0.1>, seed = 0 }
