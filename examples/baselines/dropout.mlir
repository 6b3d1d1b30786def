// The deterministic network with dropout of both hidden layers.
vib.model @dropout(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<1024> {
    %h0 = vib.linear %x @encode.0 [1024] : tensor<?x784xf32>
    %h1 = vib.relu %h0 : tensor<?x1024xf32>
    %h2 = vib.dropout %h1 p(0.5) : tensor<?x1024xf32>
    %h3 = vib.linear %h2 @encode.3 [1024] : tensor<?x1024xf32>
    %h4 = vib.relu %h3 : tensor<?x1024xf32>
    %h  = vib.dropout %h4 p(0.5) : tensor<?x1024xf32>
    %n  = vib.normal %h sigma(1.0e-6) : tensor<?x1024xf32>
    vib.yield %n : !vib.normal<1024>
  }
  %z      = vib.reparameterize %q : !vib.normal<1024> -> tensor<?x1024xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x1024xf32> -> tensor<?x10xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32> -> !vib.categorical<10>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  vib.loss %ce
}
vib.train @dropout batch(100) epochs(200) {
  optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.999, seed = 0 }
