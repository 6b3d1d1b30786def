// A module of the phase kernels that is small enough to check by hand: a step
// multiplies the only weight by beta, and the sum of x goes to nll.
module attributes {
  vib.phase = "kernels",
  vib.model = {
    name = "scale", hash = "0123456789abcdef", type = "f32", operands = "f32",
    likelihood = "categorical", batch = 4 : i64, samples = 1 : i64,
    latents = 2 : i64, outputs = 3 : i64,
    input_shape = array<i64: 16>, epochs = 5 : i64, seed = 7 : i64,
    optimizer = "adam", moments = 2 : i64, averaged = true, rate = 1.0e-4 : f64,
    beta1 = 0.5 : f64, beta2 = 0.999 : f64, epsilon = 1.0e-8 : f64,
    momentum = 0.0 : f64, weight_decay = 0.0 : f64, average_decay = 0.99 : f64,
    rate_schedule = {kind = "staircase", factor = 0.97 : f64, epochs = 2.0 : f64, warmup_epochs = 0.0 : f64},
    beta = 1.0e-3 : f64,
    beta_schedule = {kind = "constant", factor = 1.0 : f64, epochs = 0.0 : f64, warmup_epochs = 0.0 : f64}},
  vib.parameters = [
    {name = "w.weight", shape = array<i64: 4, 16>, transposed = true, init = "uniform", init_scale = 0.25 : f64, offset = 0 : i64}],
  vib.tensors = [
    {name = "x", type = tensor<4x16xf32>, offset = 0 : i64},
    {name = "y", type = tensor<4xi32>, offset = 256 : i64},
    {name = "nll", type = tensor<4xf32>, offset = 320 : i64}],
  vib.block_bytes = 256 : i64, vib.arena_bytes = 384 : i64} {
  func.func @train_step(
      %weights: memref<256xi8> {vib.base = "weights"},
      %arena: memref<384xi8> {vib.base = "arena"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "beta">}) attributes {vib.entry} {
    vib.launch @train_step.sum units(4) (%arena) : (memref<384xi8>)
    vib.launch @train_step.scale units(4) (%weights, %beta) : (memref<256xi8>, f32)
    return
  }
  func.func private @train_step.scale(%begin: index, %end: index,
      %weights: memref<256xi8> {vib.base = "weights"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "beta">})
      attributes {vib.kernel = {name = "scale", entry = "train_step", flops = 64.0 : f64, bytes = 512.0 : f64, units = 4 : i64}} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %v = memref.view %weights[%c0][] : memref<256xi8> to memref<4x16xf32>
    %factor = vector.broadcast %beta : f32 to vector<16xf32>
    scf.for %i = %begin to %end step %c1 {
      %x = vector.load %v[%i, %c0] : memref<4x16xf32>, vector<16xf32>
      %y = arith.mulf %x, %factor : vector<16xf32>
      vector.store %y, %v[%i, %c0] : memref<4x16xf32>, vector<16xf32>
    }
    return
  }
  func.func private @train_step.sum(%begin: index, %end: index,
      %arena: memref<384xi8> {vib.base = "arena"})
      attributes {vib.kernel = {name = "sum", entry = "train_step", flops = 64.0 : f64, bytes = 272.0 : f64, units = 4 : i64}} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c320 = arith.constant 320 : index
    %x = memref.view %arena[%c0][] : memref<384xi8> to memref<4x16xf32>
    %nll = memref.view %arena[%c320][] : memref<384xi8> to memref<4xf32>
    scf.for %i = %begin to %end step %c1 {
      %v = vector.load %x[%i, %c0] : memref<4x16xf32>, vector<16xf32>
      %s = vector.reduction <add>, %v : vector<16xf32> into f32
      memref.store %s, %nll[%i] : memref<4xf32>
    }
    return
  }
  // The runtime calls these, too.
  func.func @encode() attributes {vib.entry} { return }
  func.func @evaluate() attributes {vib.entry} { return }
  func.func @draw() attributes {vib.entry} { return }
  func.func @decode() attributes {vib.entry} { return }
}
