// Broken if a weight is read after its update. The training step of ToyNet consists of the
// forward pass and then, for each layer from the last to the first, the gradient of its
// input followed by its own gradients and updates.
// RUN: vib-opt %examples/toynet/toynet.mlir -vib-to-step | FileCheck %s

// CHECK: module attributes {vib.model = #vib.model<"toynet", hash = "{{[0-9a-f]+}}", type = f32, batch = 100, input = [28, 28], posterior = !vib.normal<256>, likelihood = !vib.categorical<10>, terms = ["nll", "rate"], coefficients = [#vib.coefficient<1.0>, #vib.coefficient<"beta", 0.001>], arguments = ["image", "digit"]>
// CHECK-SAME: vib.parameters = [#vib.parameter<"encode.0.weight" : tensor<784x1024xf32>, transposed, init = uniform(0.057{{[0-9]*}})>, #vib.parameter<"encode.0.bias" : tensor<1024xf32>, init = constant(0.0)>
// CHECK-SAME: vib.phase = "step"
// CHECK-SAME: vib.training = #vib.training<epochs = 200, seed = 0, optimizer = #vib.adam<lr = 1.0e-4, beta1 = 0.5>, schedule = #vib.staircase<rate = 0.97, epochs = 2.0>, average = 0.999>

// CHECK-LABEL: func.func @scale(
// CHECK-SAME:    %image: tensor<100x784xi8> {vib.slot = #vib.slot<input, "image">}
// CHECK-SAME:    -> (tensor<100x784xf32> {vib.slot = #vib.slot<output, "x">})

// CHECK-LABEL: func.func @train_step(
// CHECK-SAME:    %x: tensor<100x784xf32> {vib.slot = #vib.slot<input, "x">}
// CHECK-SAME:    %y: tensor<100xi32> {vib.slot = #vib.slot<input, "y">}
// CHECK-SAME:    #vib.slot<weight, "encode.0.weight">}
// CHECK-SAME:    #vib.slot<moment1, "encode.0.weight">}
// CHECK-SAME:    #vib.slot<moment2, "encode.0.weight">}
// CHECK-SAME:    #vib.slot<average, "encode.0.weight">}
// CHECK-SAME:    #vib.slot<weight, "encode.0.bias">}
// CHECK-SAME:    %rows: i32 {vib.slot = #vib.slot<scalar, "rows">}
// CHECK-SAME:    %first_row: i32 {vib.slot = #vib.slot<scalar, "first_row">}
// CHECK-SAME:    %total_rows: i32 {vib.slot = #vib.slot<scalar, "total_rows">}
// CHECK-SAME:    %beta: f32 {vib.slot = #vib.slot<scalar, "coefficients[0]">}
// CHECK-SAME:    -> (tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">}
// CHECK-SAME:    tensor<100xf32> {vib.slot = #vib.slot<output, "nll">}
// CHECK-SAME:    tensor<100xf32> {vib.slot = #vib.slot<output, "rate">}
// CHECK-SAME:    tensor<100xf32> {vib.slot = #vib.slot<output, "error">})
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0"} ins(%x, %encode.0.weight :
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.2"}
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4"}
// CHECK:      vib.noise train
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0"}
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0.in"} ins({{.*}}, %decode.0.weight :
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "decode.0.grad"}
// CHECK:      linalg.generic {{.*}} outs(%decode.0.weight, %decode.0.weight_{{[0-9]+}}, %decode.0.weight_{{[0-9]+}}, %decode.0.weight_{{[0-9]+}} :
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4.in"} ins({{.*}}, %encode.4.weight :
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.4.grad"}
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.2.in"}
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.2.grad"}
// CHECK-NOT:  encode.0.in
// CHECK:      linalg.contract {{.*}} {vib.dims = {{.*}}, vib.label = "encode.0.grad"} ins(%x,

// CHECK-LABEL: func.func @encode(
// CHECK-NOT:     decode
// CHECK-SAME:    -> (tensor<100x256xf32> {vib.slot = #vib.slot<output, "mu">}, tensor<100x256xf32> {vib.slot = #vib.slot<output, "sigma">}, tensor<100xf32> {vib.slot = #vib.slot<output, "rate">}, tensor<100x256xf32> {vib.slot = #vib.slot<output, "rate_each">})

// CHECK-LABEL: func.func @evaluate(
// CHECK-SAME:    %mu: tensor<100x256xf32> {vib.slot = #vib.slot<input, "mu">}
// CHECK-NOT:     encode
// CHECK:      vib.noise evaluate

// CHECK-LABEL: func.func @draw(
// CHECK-SAME:    -> (tensor<100x256xf32> {vib.slot = #vib.slot<output, "z">})

// CHECK-LABEL: func.func @decode(
// CHECK-SAME:    tensor<100x256xf32> {vib.slot = #vib.slot<input, "z">}
// CHECK-SAME:    -> (tensor<100x10xf32> {vib.slot = #vib.slot<output, "logits">}, tensor<100x10xf32> {vib.slot = #vib.slot<output, "prediction">})
// CHECK-NOT:  vib.noise
