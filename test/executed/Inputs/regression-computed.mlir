// A regression whose spread the network computes for each example and output, with two
// samples.
vib.model @computed(%x: tensor<?x4xf32>, %y: tensor<?x2xf32>) {
  %q = vib.encoder %x : tensor<?x4xf32> -> !vib.normal<3> {
    %h = vib.mlp %x @encode tanh [7] : tensor<?x4xf32>
    %s = vib.linear %h @encode.2 [6] : tensor<?x7xf32>
    %n = vib.normal %s exp_half : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %p = vib.decoder %z : tensor<?x3xf32> -> !vib.normal<2> {
    %d = vib.linear %z @decode.0 [4] : tensor<?x3xf32>
    %n = vib.normal %d softplus(0.5) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %nll = vib.nll %p, %y : !vib.normal<2>, tensor<?x2xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(0.01) * %rate
}
vib.train @computed batch(9) epochs(3) { optimizer = #vib.adam<lr = 1.0e-2>, average = 0.9, seed = 1 }
