// Broken if a model with several inputs, posteriors and targets has other functions in the step
// than one with one of each, except for the names of their tensors, or if the noise of a further
// stream does not begin at element 2^24 of the counter.
// RUN: vib-opt %models/views.mlir -vib-to-step | FileCheck %s
// RUN: vib-opt %models/targets.mlir -vib-to-step | FileCheck %s --check-prefix=TARGETS
// RUN: vib-opt %models/views.mlir -vib-to-step | vib-opt -vib-verify-step -o /dev/null

// CHECK: vib.model = #vib.model<"views", {{.*}} inputs = {image = [2, 3], number = [6]}, posteriors = {z1 = !vib.normal<3>, z2 = !vib.normal<2, full>}, samples = 2, likelihoods = {label = !vib.categorical<3>}, terms = ["nll", "rate", "rate.z2"],
// CHECK-NOT: arguments =

// CHECK-LABEL: func.func @scale(%image: tensor<6x6xi8> {vib.slot = #vib.slot<input, "image">},
// CHECK-SAME:    -> (tensor<6x6xf32> {vib.slot = #vib.slot<output, "x">})

// The input that is not scaled is taken as it is.
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME:    #vib.slot<input, "x">
// CHECK-SAME:    #vib.slot<input, "x.number">
// CHECK-SAME:    #vib.slot<output, "nll">}, {{.*}}#vib.slot<output, "rate">}, {{.*}}#vib.slot<output, "rate.z2">}, {{.*}}#vib.slot<output, "error">}
// CHECK:       vib.noise train
// CHECK:       %[[FIRST:.*]] = arith.constant 16777216 : i32
// CHECK-NEXT:  %[[ELEMENT:.*]] = arith.addi %{{.*}}, %[[FIRST]] : i32
// CHECK:       vib.noise train %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[ELEMENT]]

// CHECK-LABEL: func.func @encode(
// CHECK-SAME:    #vib.slot<output, "mu">}, {{.*}}#vib.slot<output, "sigma">}, {{.*}}#vib.slot<output, "rate">}, {{.*}}#vib.slot<output, "rate_each">}, {{.*}}#vib.slot<output, "mu.z2">}, {{.*}}#vib.slot<output, "sigma.z2">}, {{.*}}#vib.slot<output, "cholesky.z2">}, {{.*}}#vib.slot<output, "rate.z2">}
// CHECK-LABEL: func.func @draw(
// CHECK-SAME:    #vib.slot<output, "z">}, {{.*}}#vib.slot<output, "z.z2">}
// CHECK-LABEL: func.func @decode(
// CHECK-SAME:    #vib.slot<input, "z">
// CHECK-SAME:    #vib.slot<input, "z.z2">

// The loss has no rate of the second posterior, so training does not compute it.
// TARGETS: likelihoods = {label = !vib.categorical<3>, angle = !vib.normal<2>}, terms = ["nll.angle", "nll", "rate"]
// TARGETS-LABEL: func.func @train_step(
// TARGETS-SAME:    #vib.slot<input, "y">
// TARGETS-SAME:    #vib.slot<input, "y.angle">
// TARGETS-SAME:    #vib.slot<output, "nll">}, {{.*}}#vib.slot<output, "nll.angle">}, {{.*}}#vib.slot<output, "rate">}, {{.*}}#vib.slot<output, "error">}, {{.*}}#vib.slot<output, "error.angle">}
// TARGETS-LABEL: func.func @encode(
// TARGETS-SAME:    #vib.slot<output, "rate.z2">
// TARGETS-LABEL: func.func @evaluate(
// TARGETS-SAME:    #vib.slot<output, "prediction">}, {{.*}}#vib.slot<output, "prediction.angle">}
// TARGETS-LABEL: func.func @decode(
// TARGETS-SAME:    #vib.slot<output, "logits">}, {{.*}}#vib.slot<output, "prediction">}, {{.*}}#vib.slot<output, "logits.angle">}, {{.*}}#vib.slot<output, "prediction.angle">}
