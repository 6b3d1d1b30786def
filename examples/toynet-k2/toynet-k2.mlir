// ToyNet with two latents and a full covariance, which can be drawn as an
// ellipse.
vib.model @toynet_k2(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<2, full> {
    %h = vib.mlp %x @encode relu [1024, 1024] : tensor<?x784xf32>
    // Five statistics: mu, then the Cholesky factor row by row.
    %s = vib.linear %h @encode.4 : tensor<?x1024xf32> -> tensor<?x5xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x5xf32> -> !vib.normal<2, full>
    vib.yield %n : !vib.normal<2, full>
  }
  %z      = vib.reparameterize %q : !vib.normal<2, full> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x2xf32> -> tensor<?x10xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2, full>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @toynet_k2 batch(100) epochs(200) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.999, seed = 0 }
