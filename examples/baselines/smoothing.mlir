// The deterministic network with label smoothing.
vib.model @smoothing(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<1024> {
    %h  = vib.mlp %x @encode relu [1024, 1024] : tensor<?x784xf32>
    %n  = vib.normal %h sigma(1.0e-6) : tensor<?x1024xf32>
    vib.yield %n : !vib.normal<1024>
  }
  %z      = vib.reparameterize %q : !vib.normal<1024> -> tensor<?x1024xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x1024xf32> -> tensor<?x10xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
  %ce     = vib.nll %p, %digit smoothing(0.1) : !vib.categorical<10>, tensor<?xi32>
  vib.loss %ce
}
vib.train @smoothing batch(100) epochs(200) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.999, seed = 0 }
