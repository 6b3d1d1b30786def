// Deep VIB on MNIST: the ToyNet of Alemi et al., 2017.
vib.model @toynet(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<256> {
    %h0 = vib.linear %x  @encode.0 : tensor<?x784xf32>  -> tensor<?x1024xf32>
    %h1 = vib.relu %h0 : tensor<?x1024xf32>
    %h2 = vib.linear %h1 @encode.2 : tensor<?x1024xf32> -> tensor<?x1024xf32>
    %h3 = vib.relu %h2 : tensor<?x1024xf32>
    %s  = vib.linear %h3 @encode.4 : tensor<?x1024xf32> -> tensor<?x512xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x512xf32> -> !vib.normal<256>     // mu | rho
    vib.yield %n : !vib.normal<256>
  }
  %z      = vib.reparameterize %q : !vib.normal<256> -> tensor<?x256xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x256xf32> -> tensor<?x10xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<256>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @toynet batch(100) epochs(200) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.999, seed = 0 }
