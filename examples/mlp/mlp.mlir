// A deep and narrow network: six layers of 64 units, 8 latents, and a decoder
// with two layers. Each training step draws three samples of z.
vib.model @mlp(%image: tensor<?x28x28xui8>, %digit: tensor<?xi32>) {
  %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
  %q = vib.encoder %x : tensor<?x784xf32> -> !vib.normal<8> {
    %h = vib.mlp %x @encode gelu [64, 64, 64, 64, 64, 64] : tensor<?x784xf32>
    %s = vib.linear %h @encode.12 : tensor<?x64xf32> -> tensor<?x16xf32>
    %n = vib.normal %s softplus(-5.0) : tensor<?x16xf32>
    vib.yield %n : !vib.normal<8>
  }
  %z = vib.reparameterize %q samples(3) : !vib.normal<8> -> tensor<?x8xf32>
  %p = vib.decoder %z : tensor<?x8xf32> -> !vib.categorical<10> {
    %h = vib.mlp %z @decode tanh [32] : tensor<?x8xf32>
    %l = vib.linear %h @decode.2 : tensor<?x32xf32> -> tensor<?x10xf32>
    %c = vib.categorical %l : tensor<?x10xf32>
    vib.yield %c : !vib.categorical<10>
  }
  %ce   = vib.nll %p, %digit : !vib.categorical<10>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<8>
  vib.loss %ce + @beta(1.0e-3) * %rate
}
vib.train @mlp batch(128) epochs(50) {
  optimizer = #vib.adamw<lr = 1.0e-3, weight_decay = 1.0e-4>,
  schedule = #vib.cosine<epochs = 48, final = 0.01, warmup = 2>,
  beta_schedule = #vib.linear_warmup<epochs = 10>,
  average = 0.999, init = #vib.he_normal, seed = 0 }
