// A normalization of one row between two linears, which is computed with the second one.
vib.model @narrow(%x: tensor<?x7xf32>, %y: tensor<?xi32>) {
  %q = vib.encoder %x : tensor<?x7xf32> -> !vib.normal<8> {
    %h = vib.linear %x @encode.0 [68] : tensor<?x7xf32>
    %r = vib.sigmoid %h : tensor<?x68xf32>
    %g = vib.linear %r @encode.2 [68] : tensor<?x68xf32>
    %a = vib.gelu %g : tensor<?x68xf32>
    %u = vib.add %r, %a : tensor<?x68xf32>
    %d = vib.linear %u @encode.4 [32] : tensor<?x68xf32>
    %e = vib.softplus %d : tensor<?x32xf32>
    %l = vib.layer_norm %e @encode.6 : tensor<?x32xf32>
    %s = vib.linear %l @encode.7 [16] : tensor<?x32xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x16xf32>
    vib.yield %n : !vib.normal<8>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<8> -> tensor<?x8xf32>
  %t = vib.linear %z @decode.0 [3] : tensor<?x8xf32>
  %p = vib.categorical %t : tensor<?x3xf32>
  %c = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %k = vib.kl %q, #vib.standard_normal : !vib.normal<8>
  vib.loss %c + @beta(1.0) * %k
}
vib.train @narrow batch(1) epochs(2) { optimizer = #vib.adam<lr = 0.01>, seed = 1 }
