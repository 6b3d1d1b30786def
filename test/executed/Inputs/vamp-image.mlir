// A VampPrior of a VAE of images, with the log-variance that the code of the paper has.
vib.model @vamp_image(%image: tensor<?x4x4x1xf32>) {
  %c = vib.conv2d %image @encode.0 kernel(3, 3) channels(3) padding(same) : tensor<?x4x4x1xf32>
  %a = vib.relu %c : tensor<?x4x4x3xf32>
  %m = vib.max_pool %a window(2, 2) : tensor<?x4x4x3xf32>
  %f = vib.flatten %m : tensor<?x2x2x3xf32>
  %s = vib.linear %f @encode.4 [4] : tensor<?x12xf32>
  %q = vib.normal %s exp_half : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [16] : tensor<?x2xf32>
  %p = vib.normal %l noise(1.0) : tensor<?x16xf32>
  %nll  = vib.nll %p, %image : !vib.normal<16>, tensor<?x4x4x1xf32>
  %r    = vib.prior @prior vamp(13) of %q over %image : !vib.normal<2>, tensor<?x4x4x1xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<2>
  vib.loss %nll + @beta(0.7) * %rate
}
vib.train @vamp_image batch(10) epochs(2) { optimizer = #vib.adam<lr = 1.0e-2>, seed = 3 }
