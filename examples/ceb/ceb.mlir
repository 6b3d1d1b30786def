// The conditional entropy bottleneck (Fischer 2020) with a backward encoder b(z|y): a normal for each
// of ten classes, which the loss compares the posterior with. beta falls in a schedule.
vib.model @ceb(%image: tensor<?x28x28xui8>, %label: tensor<?xi32>) {
  %x  = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8>
  %h0 = vib.linear %x @encode.0 [1024] : tensor<?x784xf32>
  %n0 = vib.batch_norm %h0 @encode.1 : tensor<?x1024xf32>
  %r0 = vib.relu %n0 : tensor<?x1024xf32>
  %h1 = vib.linear %r0 @encode.3 [512] : tensor<?x1024xf32>
  %n1 = vib.batch_norm %h1 @encode.4 : tensor<?x512xf32>
  %r1 = vib.relu %n1 : tensor<?x512xf32>
  %m  = vib.linear %r1 @encode.6 [4] : tensor<?x512xf32>
  %q  = vib.normal %m sigma(1.0) : tensor<?x4xf32>
  %z  = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %h2       = vib.mlp %z @decode relu [128] : tensor<?x4xf32>
  %logits   = vib.linear %h2 @decode.2 [10] : tensor<?x128xf32>
  %p        = vib.categorical %logits : tensor<?x10xf32>
  %ce       = vib.nll %p, %label : !vib.categorical<10>, tensor<?xi32>
  %b        = vib.prior @backward normal(10)[4] given %label : tensor<?xi32>
  %residual = vib.kl %q, %b : !vib.normal<4>
  vib.loss %ce + @beta(0.1) * %residual
}
vib.train @ceb batch(100) epochs(20) {
  optimizer = #vib.adam<lr = 1.0e-3>, clip = #vib.global_norm<5.0>,
  coefficients = { beta = #vib.geometric<from = 1.0, epochs = 10> }, seed = 0 }
