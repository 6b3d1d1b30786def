// A small model: 8 x 8 pixels, two latents.
vib.model @digits(%image: tensor<?x8x8xf32>, %digit: tensor<?xi32>) {
  %x = vib.flatten %image : tensor<?x8x8xf32>
  %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<2> {
    %h0 = vib.linear %x @encode.0 [32] : tensor<?x64xf32>
    %h1 = vib.relu %h0 : tensor<?x32xf32>
    %s  = vib.linear %h1 @encode.2 [4] : tensor<?x32xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z      = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [10] : tensor<?x2xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-2) * %rate
}
vib.train @digits batch(32) epochs(20) {
  optimizer = #vib.sgd<lr = 0.05, momentum = 0.9>,
  schedule = #vib.exponential<rate = 0.5, epochs = 10>, seed = 0 }
