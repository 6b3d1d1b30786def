vib.model @picture(%image: tensor<?x6x6x1xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x6x6x1xui8> -> tensor<?x6x6x1xf32>
  %c = vib.conv2d %x @encode.0 kernel(3, 3) channels(2) padding(same) : tensor<?x6x6x1xf32>
  %r = vib.relu %c : tensor<?x6x6x2xf32>
  %m = vib.max_pool %r window(2, 2) : tensor<?x6x6x2xf32>
  %f = vib.flatten %m : tensor<?x3x3x2xf32>
  %s = vib.linear %f @encode.4 [4] : tensor<?x18xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %digit : !vib.categorical<3>, tensor<?xi32>
  %b = vib.prior @prior normal[2]
  %rate = vib.kl %q, %b : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @picture batch(8) epochs(1) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.5, seed = 0 }
