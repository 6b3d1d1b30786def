// Two inputs, one of bytes and one of numbers, with a bottleneck each: one diagonal and one
// full. They share a layer, and a decoder with a residual sum reads both samples.
vib.model @views(%image: tensor<?x2x3xui8>, %number: tensor<?x6xf32>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x2x3xui8>
  %q1 = vib.encoder %x : tensor<?x6xf32> -> !vib.normal<3> {
    %h = vib.linear %x @shared [5] : tensor<?x6xf32>
    %t = vib.tanh %h : tensor<?x5xf32>
    %s = vib.linear %t @image.0 [6] : tensor<?x5xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %q2 = vib.encoder %number : tensor<?x6xf32> -> !vib.normal<2, full> {
    %h = vib.linear %number @shared [5] : tensor<?x6xf32>
    %t = vib.tanh %h : tensor<?x5xf32>
    %s = vib.linear %t @number.0 [5] : tensor<?x5xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x5xf32> -> !vib.normal<2, full>
    vib.yield %n : !vib.normal<2, full>
  }
  %z1 = vib.reparameterize %q1 samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %z2 = vib.reparameterize %q2 samples(2) : !vib.normal<2, full> -> tensor<?x2xf32>
  %h1 = vib.linear %z1 @decode.image [4] : tensor<?x3xf32>
  %h2 = vib.linear %z2 @decode.number [4] : tensor<?x2xf32>
  %sum = vib.add %h1, %h2 : tensor<?x4xf32>
  %a = vib.tanh %sum : tensor<?x4xf32>
  %b = vib.linear %a @decode.0 [4] : tensor<?x4xf32>
  %c = vib.add %a, %b : tensor<?x4xf32>
  %logits = vib.linear %c @decode.1 [3] : tensor<?x4xf32>
  %p = vib.categorical %logits : tensor<?x3xf32>
  %ce = vib.nll %p, %label : !vib.categorical<3>, tensor<?xi32>
  %r1 = vib.kl %q1, #vib.standard_normal : !vib.normal<3>
  %r2 = vib.kl %q2, #vib.standard_normal : !vib.normal<2, full>
  vib.loss %ce + @beta(0.1) * %r1 + @gamma(0.01) * %r2
}
vib.train @views batch(6) epochs(4) {
  optimizer = #vib.adam<lr = 0.01>,
  coefficients = { gamma = #vib.linear<to = 1.0, epochs = 1> }, average = 0.9, seed = 3 }
