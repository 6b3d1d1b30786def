// Broken if the step of average pooling, concatenation, slices or reshaping changes its form: an
// operand for each element of a window, slices and insertions along the last dimension, and
// indices that are sums of loops.
// RUN: vib-opt %s --vib-to-step | FileCheck %s

// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$CHANNELS_FIRST:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3 * 16 + d1 * 4 + d2)>
// CHECK-DAG: #[[$FIRST_TAP:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2, d2 * 2, d3)>
// CHECK-DAG: #[[$LAST_TAP:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 * 2 + 1, d2 * 2 + 1, d3)>
// CHECK-DAG: #[[$OF_CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1)>
// CHECK-DAG: #[[$CHANNEL:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3)>

// CHECK-LABEL: func.func @train_step
// CHECK: linalg.generic {indexing_maps = [#[[$CHANNELS_FIRST]], #[[$ALL]]]
// CHECK: linalg.generic {indexing_maps = [#[[$FIRST_TAP]], {{.*}}, #[[$LAST_TAP]], #[[$ALL]]]{{.*}}vib.word = "avg_pool"
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$OF_CHANNEL]]]{{.*}}"reduction", "reduction"]{{.*}}vib.word = "global_avg_pool"
// CHECK: tensor.extract_slice %{{.*}}[0, 1] [8, 2] [1, 1]
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 0] [8, 5] [1, 1] {{.*}}vib.word = "concat"
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 5] [8, 2] [1, 1] {{.*}}vib.word = "concat"
// The adjoints move back.
// CHECK: tensor.extract_slice %{{.*}}[0, 5] [8, 2] [1, 1]
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[0, 1] [8, 2] [1, 1] {{.*}}vib.word = "slice'"
// CHECK: linalg.generic {indexing_maps = [#[[$CHANNEL]], #[[$ALL]]]{{.*}}vib.word = "global_avg_pool'"
// CHECK: linalg.generic {indexing_maps = [#[[$ALL]], #[[$LAST_TAP]]]{{.*}}vib.word = "avg_pool'"
vib.model @shapes(%x: tensor<?x48xf32>, %y: tensor<?xi32>) {
  %i = vib.reshape %x channels_first [4, 4, 3] : tensor<?x48xf32>
  %c = vib.conv2d %i @encode.0 kernel(1, 1) channels(5) : tensor<?x4x4x3xf32>
  %m = vib.avg_pool %c window(2, 2) : tensor<?x4x4x5xf32>
  %g = vib.global_avg_pool %m : tensor<?x2x2x5xf32>
  %l = vib.slice %g [1 : 3] : tensor<?x5xf32>
  %h = vib.concat %g, %l : tensor<?x5xf32>, tensor<?x2xf32>
  %s = vib.linear %h @encode.2 [4] : tensor<?x7xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %p = vib.categorical %z : tensor<?x2xf32>
  %n = vib.nll %p, %y : !vib.categorical<2>, tensor<?xi32>
  vib.loss %n
}
vib.train @shapes batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
