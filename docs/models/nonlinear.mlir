// The nonlinear information bottleneck on MNIST as burklight/nonlinear-IB-PyTorch has it by default:
// 128 x 128, two latents with sigma = 1, and an exponential of the estimate by pairs. The code
// computes in bits: its loss CE_bits + b exp(I_bits), times ln 2, is CE + b ln 2 exp(I / ln 2), so
// beta is b ln 2, here with b = 0.05. `power(%i, 2.0)` with beta = b / ln 2 is its square, and
// sigma(@encode.sigma = 1.0) its learned noise. A fifth of the data validates:
// `train --validation 0.2`.
vib.model @nonlinear(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x  = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %e  = vib.mlp %x @encode relu [128, 128] : tensor<?x784xf32>
  %m  = vib.linear %e @encode.4 [2] : tensor<?x128xf32>
  %q  = vib.normal %m sigma(1.0) : tensor<?x2xf32>
  %z  = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %h  = vib.linear %z @decode.0 [128] : tensor<?x2xf32>
  %r  = vib.relu %h : tensor<?x128xf32>
  %l  = vib.linear %r @decode.2 [10] : tensor<?x128xf32>
  %p  = vib.categorical %l : tensor<?x10xf32>
  %ce = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %i  = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.034657) * exp(%i, 1.442695)
}
vib.train @nonlinear batch(256) epochs(100) {
  optimizer = #vib.adam<lr = 1.0e-3>, schedule = #vib.staircase<rate = 0.6, epochs = 10>, seed = 0 }
