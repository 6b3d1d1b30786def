// Several binary targets, and several samples.
vib.model @bernoulli(%x: tensor<?x6xf32>, %tags: tensor<?x5xf32>) {
  %q = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<3> {
    %h = vib.mlp %x @encode tanh [8] : tensor<?x6xf32>
    %s = vib.linear %h @encode.2 [6] : tensor<?x8xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<3> -> tensor<?x3xf32>
  %d = vib.decoder %z : tensor<?x3xf32> -> !vib.bernoulli<5> {
    %l = vib.linear %z @decode.0 [5] : tensor<?x3xf32>
    %p = vib.bernoulli %l : tensor<?x5xf32>
    vib.yield %p : !vib.bernoulli<5>
  }
  %nll = vib.nll %d, %tags : !vib.bernoulli<5>, tensor<?x5xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(0.1) * %rate
}
vib.train @bernoulli batch(7) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
