// Images of bytes that are reconstructed through transposed convolutions of several strides.
vib.model @vae(%image: tensor<?x7x6x2xui8>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x7x6x2xui8> -> tensor<?x7x6x2xf32>
  %q = vib.encoder %x : tensor<?x7x6x2xf32> -> !vib.normal<3> {
    %c = vib.conv2d %x @encode.0 kernel(3, 2) channels(4) stride(2, 2) : tensor<?x7x6x2xf32>
    %r = vib.tanh %c : tensor<?x3x3x4xf32>
    %f = vib.flatten %r : tensor<?x3x3x4xf32>
    %s = vib.linear %f @encode.3 [6] : tensor<?x36xf32>
    %n = vib.normal %s softplus(0.0) : tensor<?x6xf32>
    vib.yield %n : !vib.normal<3>
  }
  %z  = vib.reparameterize %q samples(2) : !vib.normal<3> -> tensor<?x3xf32>
  %d0 = vib.linear %z @decode.0 [18] : tensor<?x3xf32>
  %d1 = vib.reshape %d0 channels_first [2, 3, 3] : tensor<?x18xf32>
  %d2 = vib.conv_transpose2d %d1 @decode.2 kernel(3, 2) channels(4) stride(3, 1) padding([0, 1, 0, 0]) dilation(1, 2) output_padding(1, 0) : tensor<?x2x3x3xf32>
  %d3 = vib.tanh %d2 : tensor<?x6x5x4xf32>
  %d4 = vib.conv_transpose2d %d3 @decode.4 kernel(2, 2) channels(2) : tensor<?x6x5x4xf32>
  %l  = vib.reshape %d4 [84] : tensor<?x7x6x2xf32>
  %p  = vib.bernoulli %l : tensor<?x84xf32>
  %nll  = vib.nll %p, %image : !vib.bernoulli<84>, tensor<?x7x6x2xui8>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<3>
  vib.loss %nll + @beta(4.0) * %rate
}
vib.train @vae batch(5) epochs(2) {
  optimizer = #vib.adam<lr = 1.0e-3>, average = 0.9 }
