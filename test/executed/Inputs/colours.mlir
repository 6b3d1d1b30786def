// Images of bytes with their channels last: bytes 4 x 4 x 3, a narrow network.
vib.model @colours(%image: tensor<?x4x4x3xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x4x4x3xui8> -> tensor<?x48xf32>
  %q = vib.encoder %x : tensor<?x48xf32> -> !vib.normal<2> {
    %s = vib.linear %x @encode.0 [4] : tensor<?x48xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z      = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p      = vib.categorical %logits : tensor<?x3xf32>
  %ce     = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(1.0e-2) * %rate
}
vib.train @colours batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.05> }
