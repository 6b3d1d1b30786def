// The shape of ToyNet, small and odd: bytes, ReLU, a diagonal posterior, labels.
vib.model @classes(%image: tensor<?x3x5xui8>, %label: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x3x5xui8> -> tensor<?x15xf32>
  %q = vib.encoder %x : tensor<?x15xf32> -> !vib.normal<3> {
    %h0 = vib.linear %x @encode.0 : tensor<?x15xf32> -> tensor<?x9xf32>
    %h1 = vib.relu %h0 : tensor<?x9xf32>
    %h2 = vib.linear %h1 @encode.2 : tensor<?x9xf32> -> tensor<?x11xf32>
    %h3 = vib.relu %h2 : tensor<?x11xf32>
    %s = vib.linear %h3 @encode.4 : tensor<?x11xf32> -> tensor<?x6xf32>
    %n = vib.normal %s softplus(-1.0) : tensor<?x6xf32> -> !vib.normal<3>
    vib.yield %n : !vib.normal<3>
  }
  %z = vib.reparameterize %q : !vib.normal<3> -> tensor<?x3xf32>
  %logits = vib.linear %z @decode.0 : tensor<?x3xf32> -> tensor<?x4xf32>
  %p = vib.categorical %logits : tensor<?x4xf32> -> !vib.categorical<4>
  %ce = vib.nll %p, %label : !vib.categorical<4>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @classes batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3, beta1 = 0.5, beta2 = 0.999, eps = 1.0e-8>,
  schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.999, seed = 0 }
