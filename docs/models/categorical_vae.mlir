// The categorical VAE of Jang, Gu and Poole (2017) on MNIST: 30 variables of 10 classes, a prior of
// equal classes, and a temperature that falls by exp(-3e-5) a step from 1 to 0.5, which takes 38.5
// epochs of 600 steps.
vib.model @categorical_vae(%image: tensor<?x28x28xui8>) {
  %x    = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %e    = vib.mlp %x @encode relu [512, 256] : tensor<?x784xf32>
  %s    = vib.linear %e @encode.4 [300] : tensor<?x256xf32>
  %q    = vib.concrete %s temperature(@tau(0.5)) : tensor<?x300xf32> -> !vib.concrete<30, 10>
  %z    = vib.reparameterize %q : !vib.concrete<30, 10> -> tensor<?x300xf32>
  %d    = vib.mlp %z @decode relu [256, 512] : tensor<?x300xf32>
  %l    = vib.linear %d @decode.4 [784] : tensor<?x512xf32>
  %p    = vib.bernoulli %l : tensor<?x784xf32>
  %nll  = vib.nll %p, %image : !vib.bernoulli<784>, tensor<?x28x28xui8>
  %rate = vib.kl %q : !vib.concrete<30, 10>
  vib.loss %nll + @beta(1.0) * %rate
}
vib.train @categorical_vae batch(100) epochs(83) {
  optimizer = #vib.adam<lr = 1.0e-3>,
  coefficients = { tau = #vib.geometric<from = 1.0, epochs = 38.5> }, seed = 0 }
