// RUN: vib-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: @relu_of_relu(
// CHECK-SAME:    [[X:%.*]]: tensor
// CHECK-NEXT:    [[H:%.*]] = vib.relu [[X]]
// CHECK-NEXT:    return [[H]]
func.func @relu_of_relu(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.relu %x : tensor<?x4xf32>
  %1 = vib.relu %0 : tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: @relu_of_what_is_positive(
// CHECK-NOT:     vib.relu
func.func @relu_of_what_is_positive(%x: tensor<?x4xf32>)
    -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = vib.sigmoid %x : tensor<?x4xf32>
  %1 = vib.relu %0 : tensor<?x4xf32>
  %2 = vib.softplus %x : tensor<?x4xf32>
  %3 = vib.relu %2 : tensor<?x4xf32>
  return %1, %3 : tensor<?x4xf32>, tensor<?x4xf32>
}

// tanh has negative values: its relu stays.
// CHECK-LABEL: @relu_of_tanh(
// CHECK:         vib.relu
func.func @relu_of_tanh(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.tanh %x : tensor<?x4xf32>
  %1 = vib.relu %0 : tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: @flatten_of_flat(
// CHECK-SAME:    [[X:%.*]]: tensor
// CHECK-NEXT:    return [[X]]
func.func @flatten_of_flat(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.flatten %x : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: @flatten_of_flattened(
// CHECK:         [[F:%.*]] = vib.flatten
// CHECK-NEXT:    return [[F]]
func.func @flatten_of_flattened(%x: tensor<?x2x2xf32>) -> tensor<?x4xf32> {
  %0 = vib.flatten %x : tensor<?x2x2xf32>
  %1 = vib.flatten %0 : tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// Bytes become numbers even where the bounds are theirs: nothing folds.
// CHECK-LABEL: @scale_to_bytes_range(
// CHECK:         vib.scale
func.func @scale_to_bytes_range(%x: tensor<?x4xui8>) -> tensor<?x4xf32> {
  %0 = vib.scale %x to [0, 255] : tensor<?x4xui8>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: @dead_layers(
// CHECK-NEXT:    return
func.func @dead_layers(%x: tensor<?x4xf32>) {
  %q = vib.encoder %x : tensor<?x4xf32> -> !vib.normal<2> {
    %0 = vib.linear %x @encode.0 [4] : tensor<?x4xf32>
    %1 = vib.normal %0 softplus(0) : tensor<?x4xf32>
    vib.yield %1 : !vib.normal<2>
  }
  return
}

// CHECK-LABEL: @slices(
// CHECK-SAME:    [[X:%.*]]: tensor
// CHECK-NEXT:    [[S:%.*]] = vib.slice [[X]] [3 : 5] : tensor<?x8xf32> -> tensor<?x2xf32>
// CHECK-NEXT:    return [[X]], [[S]]
func.func @slices(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x2xf32>) {
  %0 = vib.slice %x [0 : 8] : tensor<?x8xf32>
  %1 = vib.slice %x [2 : 7] : tensor<?x8xf32>
  %2 = vib.slice %1 [1 : 3] : tensor<?x5xf32>
  return %0, %2 : tensor<?x8xf32>, tensor<?x2xf32>
}

// CHECK-LABEL: @reshapes(
// CHECK-SAME:    [[X:%.*]]: tensor
// CHECK-NEXT:    [[S:%.*]] = vib.reshape [[X]] : tensor<?x8xf32> -> tensor<?x4x2xf32>
// CHECK-NEXT:    return [[X]], [[S]]
func.func @reshapes(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x2xf32>) {
  %0 = vib.reshape %x [8] : tensor<?x8xf32>
  %1 = vib.reshape %x [2, 4] : tensor<?x8xf32>
  %2 = vib.reshape %1 [4, 2] : tensor<?x2x4xf32>
  return %0, %2 : tensor<?x8xf32>, tensor<?x4x2xf32>
}

// The order of the elements changes.
// CHECK-LABEL: @reshape_with_channels_first(
// CHECK:         vib.reshape {{.*}} channels_first
// CHECK:         vib.reshape
func.func @reshape_with_channels_first(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = vib.reshape %x channels_first [2, 2, 2] : tensor<?x8xf32>
  %1 = vib.reshape %0 [8] : tensor<?x2x2x2xf32>
  return %1 : tensor<?x8xf32>
}

// CHECK-LABEL: @of_what_is_positive(
// CHECK-NEXT:    vib.softplus
// CHECK-NEXT:    return
func.func @of_what_is_positive(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.softplus %x : tensor<?x4xf32>
  %1 = vib.leaky_relu %0 slope(0.2) : tensor<?x4xf32>
  %2 = vib.elu %1 : tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// CHECK-LABEL: @slope_of_1(
// CHECK-NEXT:    return
func.func @slope_of_1(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.leaky_relu %x slope(1.0) : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: @slope_of_one_half(
// CHECK:         vib.leaky_relu
// CHECK:         vib.elu
func.func @slope_of_one_half(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = vib.leaky_relu %x slope(0.5) : tensor<?x4xf32>
  %1 = vib.elu %0 : tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
