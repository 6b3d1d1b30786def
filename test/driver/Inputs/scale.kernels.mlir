// A module of the phase kernels that is small enough to check by hand: a step
// multiplies the only weight by beta, and the sum of x goes to nll.
module attributes {
  vib.phase = "kernels",
  vib.model = #vib.model<"scale", hash = "0123456789abcdef", type = f32,
    batch = 4, input = [16], posterior = !vib.normal<2>,
    likelihood = !vib.categorical<3>, terms = ["nll", "rate"], coefficients = [#vib.coefficient<1.0>, #vib.coefficient<"beta", 1.0e-3>]>,
  vib.training = #vib.training<epochs = 5, seed = 7,
    optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5>,
    schedule = #vib.staircase<rate = 0.97, epochs = 2>, average = 0.99>,
  vib.parameters = [
    #vib.parameter<"w.weight" : tensor<4x16xf32>, transposed,
      init = uniform(0.25), place = <weights + 0>>],
  vib.tensors = [
    #vib.tensor<"x" : tensor<4x16xf32>, place = <arena + 0>>,
    #vib.tensor<"y" : tensor<4xi32>, place = <arena + 256>>,
    #vib.tensor<"nll" : tensor<4xf32>, place = <arena + 320>>],
  vib.block_bytes = 256 : i64, vib.arena_bytes = 384 : i64} {
  func.func @train_step(
      %weights: memref<256xi8> {vib.base = "weights"},
      %moment1: memref<256xi8> {vib.base = "moment1"},
      %moment2: memref<256xi8> {vib.base = "moment2"},
      %average: memref<256xi8> {vib.base = "average"},
      %arena: memref<384xi8> {vib.base = "arena"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">}) attributes {vib.entry} {
    vib.launch @train_step.sum units(4) (%arena) : (memref<384xi8>)
    vib.launch @train_step.scale units(4) (%weights, %beta) : (memref<256xi8>, f32)
    return
  }
  func.func private @train_step.scale(%begin: index, %end: index,
      %weights: memref<256xi8> {vib.base = "weights"},
      %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">})
      attributes {vib.kernel = #vib.kernel_info<"scale", entry = "train_step", units = 4, flops = 64.0, bytes = 512.0>} {
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
      attributes {vib.kernel = #vib.kernel_info<"sum", entry = "train_step", units = 4, flops = 64.0, bytes = 272.0>} {
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
