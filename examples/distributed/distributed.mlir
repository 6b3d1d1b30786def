// The distributed information bottleneck (Murphy and Bassett 2022) on a Boolean circuit of four
// inputs: a bottleneck for each input, a rate of each, leaky ReLU, a binary target, and beta from 1e-3
// to 3 in a geometric schedule.
vib.model @distributed(%x: tensor<?x4xf32>, %y: tensor<?x1xf32>) {
  %x_a = vib.slice %x [0 : 1] : tensor<?x4xf32>
  %x_b = vib.slice %x [1 : 2] : tensor<?x4xf32>
  %x_c = vib.slice %x [2 : 3] : tensor<?x4xf32>
  %x_d = vib.slice %x [3 : 4] : tensor<?x4xf32>
  %h_a = vib.mlp %x_a @encode_a leaky_relu [64, 64] : tensor<?x1xf32>
  %h_b = vib.mlp %x_b @encode_b leaky_relu [64, 64] : tensor<?x1xf32>
  %h_c = vib.mlp %x_c @encode_c leaky_relu [64, 64] : tensor<?x1xf32>
  %h_d = vib.mlp %x_d @encode_d leaky_relu [64, 64] : tensor<?x1xf32>
  %s_a = vib.linear %h_a @encode_a.4 [16] : tensor<?x64xf32>
  %s_b = vib.linear %h_b @encode_b.4 [16] : tensor<?x64xf32>
  %s_c = vib.linear %h_c @encode_c.4 [16] : tensor<?x64xf32>
  %s_d = vib.linear %h_d @encode_d.4 [16] : tensor<?x64xf32>
  %q_a = vib.normal %s_a exp_half : tensor<?x16xf32>
  %q_b = vib.normal %s_b exp_half : tensor<?x16xf32>
  %q_c = vib.normal %s_c exp_half : tensor<?x16xf32>
  %q_d = vib.normal %s_d exp_half : tensor<?x16xf32>
  %a   = vib.reparameterize %q_a : !vib.normal<8> -> tensor<?x8xf32>
  %b   = vib.reparameterize %q_b : !vib.normal<8> -> tensor<?x8xf32>
  %c   = vib.reparameterize %q_c : !vib.normal<8> -> tensor<?x8xf32>
  %d   = vib.reparameterize %q_d : !vib.normal<8> -> tensor<?x8xf32>
  %z   = vib.concat %a, %b, %c, %d : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
  %g   = vib.mlp %z @decode leaky_relu [64, 64] : tensor<?x32xf32>
  %l   = vib.linear %g @decode.4 [1] : tensor<?x64xf32>
  %p   = vib.bernoulli %l : tensor<?x1xf32>
  %bce = vib.nll %p, %y : !vib.bernoulli<1>, tensor<?x1xf32>
  %r_a = vib.kl %q_a, #vib.standard_normal : !vib.normal<8>
  %r_b = vib.kl %q_b, #vib.standard_normal : !vib.normal<8>
  %r_c = vib.kl %q_c, #vib.standard_normal : !vib.normal<8>
  %r_d = vib.kl %q_d, #vib.standard_normal : !vib.normal<8>
  vib.loss %bce + @beta(3.0) * %r_a + @beta(3.0) * %r_b + @beta(3.0) * %r_c + @beta(3.0) * %r_d
}
vib.train @distributed batch(64) epochs(100) {
  optimizer = #vib.adam<lr = 1.0e-3>,
  coefficients = { beta = #vib.geometric<from = 1.0e-3, epochs = 100> }, seed = 0 }
