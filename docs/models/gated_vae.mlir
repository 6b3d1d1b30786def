// The VAE with a VampPrior of jmtomczak/vae_vampprior on binary MNIST: gated layers, in which the
// sigmoid of one linear layer says how much of another passes, 40 latents, 500 learned inputs, and a
// warm-up of beta over 100 epochs. The data are bytes of 0 and 255: MNIST's have to be made so first.
// The log-variance is a sigmoid between -6 and 2 here, where the code clips it; and the code's Adam
// divides each gradient by its norm first.
vib.model @gated_vae(%image: tensor<?x28x28xui8>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<40> {
    %a0 = vib.linear %x @encode.0.h [300] : tensor<?x784xf32>
    %b0 = vib.linear %x @encode.0.g [300] : tensor<?x784xf32>
    %g0 = vib.sigmoid %b0 : tensor<?x300xf32>
    %h0 = vib.mul %a0, %g0 : tensor<?x300xf32>
    %a1 = vib.linear %h0 @encode.1.h [300] : tensor<?x300xf32>
    %b1 = vib.linear %h0 @encode.1.g [300] : tensor<?x300xf32>
    %g1 = vib.sigmoid %b1 : tensor<?x300xf32>
    %h1 = vib.mul %a1, %g1 : tensor<?x300xf32>
    %s  = vib.linear %h1 @encode.2 [80] : tensor<?x300xf32>
    %n  = vib.normal %s bounded([-6.0, 2.0]) : tensor<?x80xf32>
    vib.yield %n : !vib.normal<40>
  }
  %z = vib.reparameterize %q : !vib.normal<40> -> tensor<?x40xf32>
  %p = vib.decoder %z : tensor<?x40xf32> -> !vib.bernoulli<784> {
    %c0 = vib.linear %z @decode.0.h [300] : tensor<?x40xf32>
    %d0 = vib.linear %z @decode.0.g [300] : tensor<?x40xf32>
    %e0 = vib.sigmoid %d0 : tensor<?x300xf32>
    %f0 = vib.mul %c0, %e0 : tensor<?x300xf32>
    %c1 = vib.linear %f0 @decode.1.h [300] : tensor<?x300xf32>
    %d1 = vib.linear %f0 @decode.1.g [300] : tensor<?x300xf32>
    %e1 = vib.sigmoid %d1 : tensor<?x300xf32>
    %f1 = vib.mul %c1, %e1 : tensor<?x300xf32>
    %l  = vib.linear %f1 @decode.2 [784] : tensor<?x300xf32>
    %b  = vib.bernoulli %l : tensor<?x784xf32>
    vib.yield %b : !vib.bernoulli<784>
  }
  %nll  = vib.nll %p, %image : !vib.bernoulli<784>, tensor<?x28x28xui8>
  %r    = vib.prior @prior vamp(500) of %q over %x : !vib.normal<40>, tensor<?x784xf32>
  %rate = vib.kl %q, %r at %z : !vib.normal<40>
  vib.loss %nll + @beta(1.0) * %rate
}
vib.train @gated_vae batch(100) epochs(2000) {
  optimizer = #vib.adam<lr = 5.0e-4>, init = #vib.he_normal, seed = 14,
  coefficients = { beta = #vib.linear_warmup<epochs = 100> } }
