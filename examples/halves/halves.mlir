// The halves of a digit: two inputs, each with a bottleneck of its own.
vib.model @halves(%left: tensor<?x8x4xui8>, %right: tensor<?x8x4xui8>,
                  %digit: tensor<?xi32>) {
  %l = vib.scale %left from [0.0, 16.0] to [-1.0, 1.0] : tensor<?x8x4xui8>
  %r = vib.scale %right from [0.0, 16.0] to [-1.0, 1.0] : tensor<?x8x4xui8>
  // Both encoders begin with the same layer.
  %q_left = vib.encoder %l : tensor<?x32xf32> -> !vib.normal<4> {
    %h0 = vib.linear %l @encode [64] : tensor<?x32xf32>
    %h1 = vib.relu %h0 : tensor<?x64xf32>
    %s  = vib.linear %h1 @left [8] : tensor<?x64xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x8xf32>
    vib.yield %n : !vib.normal<4>
  }
  %q_right = vib.encoder %r : tensor<?x32xf32> -> !vib.normal<4> {
    %h0 = vib.linear %r @encode [64] : tensor<?x32xf32>
    %h1 = vib.relu %h0 : tensor<?x64xf32>
    %s  = vib.linear %h1 @right [8] : tensor<?x64xf32>
    %n  = vib.normal %s softplus(-5.0) : tensor<?x8xf32>
    vib.yield %n : !vib.normal<4>
  }
  %z_left  = vib.reparameterize %q_left : !vib.normal<4> -> tensor<?x4xf32>
  %z_right = vib.reparameterize %q_right : !vib.normal<4> -> tensor<?x4xf32>
  // The decoder adds what it makes of both samples, and has a residual block.
  %d_left  = vib.linear %z_left @decode.left [32] : tensor<?x4xf32>
  %d_right = vib.linear %z_right @decode.right [32] : tensor<?x4xf32>
  %sum     = vib.add %d_left, %d_right : tensor<?x32xf32>
  %d0      = vib.relu %sum : tensor<?x32xf32>
  %d1      = vib.linear %d0 @decode.0 [32] : tensor<?x32xf32>
  %d2      = vib.relu %d1 : tensor<?x32xf32>
  %d3      = vib.add %d0, %d2 : tensor<?x32xf32>
  %logits  = vib.linear %d3 @decode.2 [10] : tensor<?x32xf32>
  %p       = vib.categorical %logits : tensor<?x10xf32>
  %ce      = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %r_left  = vib.kl %q_left, #vib.standard_normal : !vib.normal<4>
  %r_right = vib.kl %q_right, #vib.standard_normal : !vib.normal<4>
  vib.loss %ce + @beta(1.0e-2) * %r_left + @gamma(1.0e-2) * %r_right
}
vib.train @halves batch(32) epochs(40) {
  optimizer = #vib.adam<lr = 2.0e-3>,
  coefficients = { gamma = #vib.linear<from = 0.0, epochs = 10> },
  average = 0.99, seed = 0 }
