// One row of the image has more than 2^31 bytes.
vib.model @huge(%x: tensor<?x64xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x64xf32> -> !vib.normal<2> {
    %s = vib.linear %x @e [4] : tensor<?x64xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x4xf32>
    vib.yield %n : !vib.normal<2>
  }
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %a = vib.linear %z @a [4] : tensor<?x2xf32>
  %b = vib.reshape %a [2, 2, 1] : tensor<?x4xf32>
  %c = vib.conv_transpose2d %b @t kernel(3, 3) channels(1) stride(40000, 40000) : tensor<?x2x2x1xf32>
  %d = vib.global_avg_pool %c : tensor<?x40003x40003x1xf32>
  %l = vib.linear %d @d [3] : tensor<?x1xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %r = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %r
}
vib.train @huge batch(4) epochs(1) { optimizer = #vib.adam<lr = 1e-3> }
