// A convolution of one element, so that all elements of a window are equal if its weight is 0.
vib.model @ties(%x: tensor<?x4x6x1xf32>, %label: tensor<?xi32>) {
  %c = vib.conv2d %x @encode.0 kernel(1, 1) channels(2) : tensor<?x4x6x1xf32>
  %m = vib.max_pool %c window(2, 2) : tensor<?x4x6x2xf32>
  %f = vib.flatten %m : tensor<?x2x3x2xf32>
  %s = vib.linear %f @encode.3 [4] : tensor<?x12xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %label : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
vib.train @ties batch(3) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
