// The statistics are the halves of a flattened feature map, so a slice of them is no slice of
// the convolution.
vib.model @sliced(%x: tensor<?x4x5x2xf32>, %label: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x4x5x2xf32> -> !vib.normal<40> {
    %c = vib.conv2d %x @encode.0 kernel(3, 3) channels(4) padding(same) : tensor<?x4x5x2xf32>
    %f = vib.flatten %c : tensor<?x4x5x4xf32>
    %n = vib.normal %f softplus(0.0) : tensor<?x80xf32>
    vib.yield %n : !vib.normal<40>
  }
  %z = vib.reparameterize %q : !vib.normal<40> -> tensor<?x40xf32>
  %logits = vib.linear %z @decode.0 [3] : tensor<?x40xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<40>
  vib.loss %ce + @beta(0.01) * %rate
}
vib.train @sliced batch(5) epochs(1) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
