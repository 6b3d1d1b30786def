// The two latents of VIBDemo2021: layer normalization, a residual block, a full covariance whose
// diagonal is an exponential, AdaBelief.
vib.model @vibdemo2021(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<2, full> {
    %h0 = vib.linear %x @encode.0 [256] : tensor<?x784xf32>
    %n0 = vib.layer_norm %h0 @encode.1 : tensor<?x256xf32>
    %r0 = vib.relu %n0 : tensor<?x256xf32>
    %h1 = vib.linear %r0 @encode.3 [256] : tensor<?x256xf32>
    %n1 = vib.layer_norm %h1 @encode.4 : tensor<?x256xf32>
    %r1 = vib.relu %n1 : tensor<?x256xf32>
    %a  = vib.add %r0, %r1 : tensor<?x256xf32>
    %s  = vib.linear %a @encode.6 [5] : tensor<?x256xf32>
    %n  = vib.normal %s exp : tensor<?x5xf32> -> !vib.normal<2, full>
    vib.yield %n : !vib.normal<2, full>
  }
  %z      = vib.reparameterize %q : !vib.normal<2, full> -> tensor<?x2xf32>
  %d      = vib.mlp %z @decode relu [256] : tensor<?x2xf32>
  %logits = vib.linear %d @decode.2 [10] : tensor<?x256xf32>
  %p      = vib.categorical %logits : tensor<?x10xf32>
  %ce     = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate   = vib.kl %q, #vib.standard_normal : !vib.normal<2, full>
  vib.loss %ce + @beta(0.5) * %rate
}
vib.train @vibdemo2021 batch(100) epochs(20) {
  optimizer = #vib.adabelief<lr = 1.0e-3>, seed = 0 }
