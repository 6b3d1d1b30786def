// The distributed information bottleneck: one bottleneck a feature, a rate of each, leaky ReLU, a
// binary target, and beta from 1e-4 to 1 in a geometric schedule. Here with three features.
vib.model @distributed(%x: tensor<?x3xf32>, %y: tensor<?x1xf32>) {
  %x0 = vib.slice %x [0 : 1] : tensor<?x3xf32>
  %x1 = vib.slice %x [1 : 2] : tensor<?x3xf32>
  %x2 = vib.slice %x [2 : 3] : tensor<?x3xf32>
  %h0 = vib.mlp %x0 @encode_0 leaky_relu [64, 64] : tensor<?x1xf32>
  %s0 = vib.linear %h0 @encode_0.4 [16] : tensor<?x64xf32>
  %h1 = vib.mlp %x1 @encode_1 leaky_relu [64, 64] : tensor<?x1xf32>
  %s1 = vib.linear %h1 @encode_1.4 [16] : tensor<?x64xf32>
  %h2 = vib.mlp %x2 @encode_2 leaky_relu [64, 64] : tensor<?x1xf32>
  %s2 = vib.linear %h2 @encode_2.4 [16] : tensor<?x64xf32>
  %q0 = vib.normal %s0 exp_half : tensor<?x16xf32>
  %q1 = vib.normal %s1 exp_half : tensor<?x16xf32>
  %q2 = vib.normal %s2 exp_half : tensor<?x16xf32>
  %z0 = vib.reparameterize %q0 : !vib.normal<8> -> tensor<?x8xf32>
  %z1 = vib.reparameterize %q1 : !vib.normal<8> -> tensor<?x8xf32>
  %z2 = vib.reparameterize %q2 : !vib.normal<8> -> tensor<?x8xf32>
  %z  = vib.concat %z0, %z1, %z2 : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
  %d  = vib.mlp %z @decode leaky_relu [64, 64] : tensor<?x24xf32>
  %l  = vib.linear %d @decode.4 [1] : tensor<?x64xf32>
  %p  = vib.bernoulli %l : tensor<?x1xf32>
  %bce = vib.nll %p, %y : !vib.bernoulli<1>, tensor<?x1xf32>
  %r0 = vib.kl %q0, #vib.standard_normal : !vib.normal<8>
  %r1 = vib.kl %q1, #vib.standard_normal : !vib.normal<8>
  %r2 = vib.kl %q2, #vib.standard_normal : !vib.normal<8>
  vib.loss %bce + @beta(1.0) * %r0 + @beta(1.0) * %r1 + @beta(1.0) * %r2
}
vib.train @distributed batch(64) epochs(50) {
  optimizer = #vib.adam<lr = 1.0e-3>,
  coefficients = { beta = #vib.geometric<from = 1.0e-4, epochs = 50> }, seed = 0 }
