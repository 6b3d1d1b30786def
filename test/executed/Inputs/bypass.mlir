// A decoder that reads, beside two samples of z, inputs and what a layer computes from them.
vib.model @bypass(%x: tensor<?x5xf32>, %label: tensor<?xi32>) {
  %t = vib.mlp %x @encode tanh [6, 4] : tensor<?x5xf32>
  %q = vib.normal %t softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q samples(2) : !vib.normal<2> -> tensor<?x2xf32>
  %s = vib.slice %x [0 : 2] : tensor<?x5xf32>
  %b = vib.bypass %s : tensor<?x2xf32>
  %h = vib.linear %x @side [3] : tensor<?x5xf32>
  %c = vib.bypass %h : tensor<?x3xf32>
  %d = vib.concat %z, %b, %c : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x3xf32>
  %l = vib.mlp %d @decode tanh [5, 3] : tensor<?x7xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @bypass batch(7) epochs(4) { optimizer = #vib.adam<lr = 0.01>, average = 0.9, seed = 3 }
