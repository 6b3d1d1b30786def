// Broken if the step of a convolution or a pooling changes its form: the border as an
// insertion into zeros, windows as sums of loops, the gradients as the same loop nest.
// RUN: vib-opt %s --vib-to-step | FileCheck %s

// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 12 + d2 * 3 + d3)>
// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$FLIPPED:.*]] = affine_map<(d0, d1, d2, d3) -> (-d0 + 2, -d1 + 2, d3, d2)>
// CHECK-DAG: #[[$WEIGHT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
// CHECK-DAG: #[[$WINDOWS:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 + d5, d6)>
// CHECK-DAG: #[[$RESULT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$FIRST_TAP:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2, d2 * 2, d3)>
// CHECK-DAG: #[[$LAST_TAP:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2 + 1, d2 * 2 + 1, d3)>
// CHECK-DAG: #[[$FLAT:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 4 + d2 * 2 + d3)>
// CHECK-DAG: #[[$SUMMED:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5 * 2 + d0, d1 + d6, d2)>

// The loops are [rows, height, width, channels, tap row, tap column, inputs].
// CHECK-LABEL: func.func @train_step
// CHECK: linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$ALL]]]{{.*}}vib.word = "image"
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 1, 1, 0] [8, 8, 4, 3] [1, 1, 1, 1] {{.*}}vib.word = "border"
// CHECK: linalg.generic {indexing_maps = [#[[$WEIGHT]], #[[$WINDOWS]], #[[$RESULT]]]{{.*}}ins(%encode.0.weight, {{.*}}vib.label = "encode.0", vib.word = "conv2d"
// CHECK: linalg.generic {indexing_maps = [#[[$FIRST_TAP]], {{.*}}, #[[$LAST_TAP]], #[[$ALL]], #[[$ALL]]]{{.*}}tensor<8x2x2x5xi8>{{.*}}vib.word = "max_pool"
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$FLAT]]]{{.*}}vib.word = "flatten"
// CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$ALL]], #[[$LAST_TAP]]]{{.*}}vib.word = "max_pool'"
// CHECK: linalg.generic {indexing_maps = [#[[$FLIPPED]], #[[$ALL]]]{{.*}}vib.label = "encode.1.in", vib.word = "flipped weight"
// CHECK: linalg.generic {{.*}}vib.label = "encode.1.in", vib.word = "conv2d'"
// CHECK: linalg.generic {{.*}}vib.label = "encode.1.grad", vib.word = "conv2d'"
// There is no gradient of the input of the model.
// CHECK-NOT: "encode.0.in"
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$SUMMED]], #{{.*}}]{{.*}}vib.label = "encode.0.grad", vib.word = "conv2d'"

// No byte is stored where there is no backward pass.
// CHECK-LABEL: func.func @encode
// CHECK-NOT: xi8>
// CHECK: vib.word = "max_pool"
vib.model @windows(%x: tensor<?x8x4x3xf32>, %y: tensor<?xi32>) {
  %c = vib.conv2d %x @encode.0 kernel(3, 3) channels(5) stride(2, 1) padding([1, 1]) : tensor<?x8x4x3xf32>
  %d = vib.conv2d %c @encode.1 kernel(3, 3) channels(5) padding(same) : tensor<?x4x4x5xf32>
  %m = vib.max_pool %d window(2, 2) : tensor<?x4x4x5xf32>
  %f = vib.flatten %m : tensor<?x2x2x5xf32>
  %s = vib.linear %f @encode.2 [4] : tensor<?x20xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
vib.train @windows batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
