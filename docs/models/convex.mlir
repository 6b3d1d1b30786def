// The convex information bottleneck on MNIST, 800 x 800 and two latents with noise of a fixed
// log-variance of -1. The loss is CE + beta u(I) with u(I) = I^2 of the estimate by pairs;
// `exp(%i, 1.0)` in place of `power(…)` is its exponential. The public code computes in bits, and
// adds the width of a kernel to the variance, which it fits once an epoch. `sweep` trains its values
// of beta.
vib.model @convex(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x  = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %e  = vib.mlp %x @encode relu [800, 800] : tensor<?x784xf32>
  %m  = vib.linear %e @encode.4 [2] : tensor<?x800xf32>
  %q  = vib.normal %m sigma(0.60653) : tensor<?x2xf32>
  %z  = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %h  = vib.linear %z @decode.0 [800] : tensor<?x2xf32>
  %r  = vib.relu %h : tensor<?x800xf32>
  %l  = vib.linear %r @decode.2 [10] : tensor<?x800xf32>
  %p  = vib.categorical %l : tensor<?x10xf32>
  %ce = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %i  = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-2) * power(%i, 2.0)
}
vib.train @convex batch(128) epochs(100) {
  optimizer = #vib.adam<lr = 1.0e-4>, clip = #vib.global_norm<1.0>,
  schedule = #vib.staircase<rate = 0.6, epochs = 10>, seed = 0 }
