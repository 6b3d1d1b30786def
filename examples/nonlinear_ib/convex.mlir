// The convex information bottleneck (Rodríguez Gálvez, Thobaben, Skoglund 2020) with the network of
// nonlinear.mlir: an exponential of the estimate of the information.
vib.model @convex(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x  = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %e  = vib.mlp %x @encode relu [128, 128] : tensor<?x784xf32>
  %m  = vib.linear %e @encode.4 [10] : tensor<?x128xf32>
  %q  = vib.normal %m sigma(@encode.sigma = 1.0) : tensor<?x10xf32>
  %z  = vib.reparameterize %q : !vib.normal<10> -> tensor<?x10xf32>
  %h  = vib.linear %z @decode.0 [128] : tensor<?x10xf32>
  %r  = vib.relu %h : tensor<?x128xf32>
  %l  = vib.linear %r @decode.2 [10] : tensor<?x128xf32>
  %p  = vib.categorical %l : tensor<?x10xf32>
  %ce = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %i  = vib.pairwise %q : !vib.normal<10>
  vib.loss %ce + @beta(0.05) * exp(%i, 1.0)
}
vib.train @convex batch(128) epochs(30) { optimizer = #vib.adam<lr = 1.0e-3>, seed = 0 }
