// The beta-VAE of AntixK/PyTorch-VAE on faces of 64 x 64 (CelebA), scaled to [-1, 1]. The code adds
// the mean squared error of 12288 numbers and beta = 4 times the rate times a batch's share of the
// data, 144 / 162770. The nll of a normal with a noise of 1 is half the sum of squares but for a
// constant, so its factor is 2 / 12288. The two linear layers of the posterior are one here.
vib.model @beta_vae_celeba(%image: tensor<?x64x64x3xf32>) {
  %c0 = vib.conv2d %image @encode.0.0 kernel(3, 3) channels(32) stride(2, 2) padding([1, 1]) : tensor<?x64x64x3xf32>
  %b0 = vib.batch_norm %c0 @encode.0.1 : tensor<?x32x32x32xf32>
  %r0 = vib.leaky_relu %b0 : tensor<?x32x32x32xf32>
  %c1 = vib.conv2d %r0 @encode.1.0 kernel(3, 3) channels(64) stride(2, 2) padding([1, 1]) : tensor<?x32x32x32xf32>
  %b1 = vib.batch_norm %c1 @encode.1.1 : tensor<?x16x16x64xf32>
  %r1 = vib.leaky_relu %b1 : tensor<?x16x16x64xf32>
  %c2 = vib.conv2d %r1 @encode.2.0 kernel(3, 3) channels(128) stride(2, 2) padding([1, 1]) : tensor<?x16x16x64xf32>
  %b2 = vib.batch_norm %c2 @encode.2.1 : tensor<?x8x8x128xf32>
  %r2 = vib.leaky_relu %b2 : tensor<?x8x8x128xf32>
  %c3 = vib.conv2d %r2 @encode.3.0 kernel(3, 3) channels(256) stride(2, 2) padding([1, 1]) : tensor<?x8x8x128xf32>
  %b3 = vib.batch_norm %c3 @encode.3.1 : tensor<?x4x4x256xf32>
  %r3 = vib.leaky_relu %b3 : tensor<?x4x4x256xf32>
  %c4 = vib.conv2d %r3 @encode.4.0 kernel(3, 3) channels(512) stride(2, 2) padding([1, 1]) : tensor<?x4x4x256xf32>
  %b4 = vib.batch_norm %c4 @encode.4.1 : tensor<?x2x2x512xf32>
  %r4 = vib.leaky_relu %b4 : tensor<?x2x2x512xf32>
  %f  = vib.flatten %r4 : tensor<?x2x2x512xf32>
  %s  = vib.linear %f @encode.fc [256] : tensor<?x2048xf32>
  %q  = vib.normal %s exp_half : tensor<?x256xf32>
  %z  = vib.reparameterize %q : !vib.normal<128> -> tensor<?x128xf32>
  %d  = vib.linear %z @decode.input [2048] : tensor<?x128xf32>
  %i  = vib.reshape %d channels_first [2, 2, 512] : tensor<?x2048xf32>
  %t0 = vib.conv_transpose2d %i @decode.0.0 kernel(3, 3) channels(256) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x2x2x512xf32>
  %n0 = vib.batch_norm %t0 @decode.0.1 : tensor<?x4x4x256xf32>
  %a0 = vib.leaky_relu %n0 : tensor<?x4x4x256xf32>
  %t1 = vib.conv_transpose2d %a0 @decode.1.0 kernel(3, 3) channels(128) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x4x4x256xf32>
  %n1 = vib.batch_norm %t1 @decode.1.1 : tensor<?x8x8x128xf32>
  %a1 = vib.leaky_relu %n1 : tensor<?x8x8x128xf32>
  %t2 = vib.conv_transpose2d %a1 @decode.2.0 kernel(3, 3) channels(64) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x8x8x128xf32>
  %n2 = vib.batch_norm %t2 @decode.2.1 : tensor<?x16x16x64xf32>
  %a2 = vib.leaky_relu %n2 : tensor<?x16x16x64xf32>
  %t3 = vib.conv_transpose2d %a2 @decode.3.0 kernel(3, 3) channels(32) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x16x16x64xf32>
  %n3 = vib.batch_norm %t3 @decode.3.1 : tensor<?x32x32x32xf32>
  %a3 = vib.leaky_relu %n3 : tensor<?x32x32x32xf32>
  %t4 = vib.conv_transpose2d %a3 @decode.final.0 kernel(3, 3) channels(32) stride(2, 2) padding([1, 1]) output_padding(1, 1) : tensor<?x32x32x32xf32>
  %n4 = vib.batch_norm %t4 @decode.final.1 : tensor<?x64x64x32xf32>
  %a4 = vib.leaky_relu %n4 : tensor<?x64x64x32xf32>
  %o  = vib.conv2d %a4 @decode.final.3 kernel(3, 3) channels(3) padding([1, 1]) : tensor<?x64x64x32xf32>
  %h  = vib.tanh %o : tensor<?x64x64x3xf32>
  %m  = vib.reshape %h [12288] : tensor<?x64x64x3xf32>
  %p  = vib.normal %m noise(1.0) : tensor<?x12288xf32>
  %nll  = vib.nll %p, %image : !vib.normal<12288>, tensor<?x64x64x3xf32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<128>
  vib.loss 1.6276041666666666e-4 * %nll + @beta(3.5387e-3) * %rate
}
vib.train @beta_vae_celeba batch(144) epochs(50) {
  optimizer = #vib.adam<lr = 5.0e-4>, schedule = #vib.exponential<rate = 0.95, epochs = 1>, seed = 1265 }
