// Two dropouts of the input, of which check-dropout computes the masks.
vib.model @dropout_masks(%x: tensor<?x2x3x2xf32>, %label: tensor<?xi32>) {
  %x0 = vib.dropout %x p(0.25) : tensor<?x2x3x2xf32>
  %f  = vib.flatten %x0 : tensor<?x2x3x2xf32>
  %x1 = vib.dropout %f p(0.5) : tensor<?x12xf32>
  %s  = vib.linear %x1 @encode.2 [4] : tensor<?x12xf32>
  %q  = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z  = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p  = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  vib.loss %ce
}
vib.train @dropout_masks batch(3) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
