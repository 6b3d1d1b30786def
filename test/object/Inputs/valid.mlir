// A convolution of images of five pixels behind a reshape, of a batch of 8.
vib.model @valid(%x: tensor<?x6xf64>, %y: tensor<?xi32>) {
  %v6 = vib.linear %x @encode [4] : tensor<?x6xf64>
  %q = vib.normal %v6 exp_half : tensor<?x4xf64>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf64>
  %v8 = vib.linear %z @decode.0 [15] : tensor<?x2xf64>
  %v9 = vib.relu %v8 : tensor<?x15xf64>
  %v10 = vib.reshape %v9 channels_first [1, 5, 3] : tensor<?x15xf64>
  %v11 = vib.conv2d %v10 @decode.3 kernel(1, 2) channels(1) stride(1, 1) padding([0, 0, 1, 0]) : tensor<?x1x5x3xf64>
  %v13 = vib.flatten %v11 : tensor<?x1x5x1xf64>
  %v14 = vib.linear %v13 @decode.5 [3] : tensor<?x5xf64>
  %p = vib.categorical %v14 : tensor<?x3xf64>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.7) * %rate
}
vib.train @valid batch(8) epochs(2) { optimizer = #vib.sgd<lr = 0.1> }
