// Both targets are inputs: floats as they are, and standardized ones. A third one is none.
vib.model @reconstructed(%left: tensor<?x2x3xf32>, %right: tensor<?x8xf32>, %label: tensor<?xi32>) {
  %v = vib.standardize %right @standardize : tensor<?x8xf32>
  %f = vib.flatten %left : tensor<?x2x3xf32>
  %c = vib.concat %f, %v : tensor<?x6xf32>, tensor<?x8xf32>
  %q = vib.encoder %c : tensor<?x14xf32> -> !vib.normal<3> {
    %h = vib.mlp %c @encode tanh [8] : tensor<?x14xf32>
    %s = vib.linear %h @encode.2 [6] : tensor<?x8xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %a = vib.linear %z @decode.left [6] : tensor<?x3xf32>
  %b = vib.linear %z @decode.right [8] : tensor<?x3xf32>
  %d = vib.linear %z @decode.label [4] : tensor<?x3xf32>
  %pa = vib.normal %a noise(@noise = 0.5) : tensor<?x6xf32>
  %pb = vib.normal %b noise(1.0) : tensor<?x8xf32>
  %pd = vib.categorical %d : tensor<?x4xf32>
  %na = vib.nll %pa, %left : !vib.normal<6>, tensor<?x2x3xf32>
  %nb = vib.nll %pb, %v : !vib.normal<8>, tensor<?x8xf32>
  %nd = vib.nll %pd, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %na + 0.5 * %nb + %nd + @beta(0.1) * %rate
}
vib.train @reconstructed batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
