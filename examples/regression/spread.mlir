// The regression with a spread that the network computes for each example: the decoder has two
// outputs, the mean and a number of which the standard deviation is the softplus.
vib.model @spread(%x: tensor<?x8xf32>, %y: tensor<?x1xf32>) {
  %q = vib.encoder %x : tensor<?x8xf32> -> !vib.normal<4> {
    %h = vib.mlp %x @encode tanh [64, 64] : tensor<?x8xf32>
    %s = vib.linear %h @encode.4 : tensor<?x64xf32> -> tensor<?x8xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x8xf32> -> !vib.normal<4>
    vib.yield %n : !vib.normal<4>
  }
  %z    = vib.reparameterize %q : !vib.normal<4> -> tensor<?x4xf32>
  %t    = vib.linear %z @decode.0 : tensor<?x4xf32> -> tensor<?x2xf32>
  %p    = vib.normal %t softplus(0.0) : tensor<?x2xf32> -> !vib.normal<1>
  %nll  = vib.nll %p, %y : !vib.normal<1>, tensor<?x1xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<4>
  vib.loss %nll + @beta(1.0e-3) * %rate
}
vib.train @spread batch(32) epochs(100) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.99, seed = 0 }
