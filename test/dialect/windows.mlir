// Broken if a form of vib.conv2d or of pooling is not read, or is printed with another
// meaning.
// RUN: vib-opt %s | FileCheck %s
// RUN: vib-opt %s | vib-opt | FileCheck %s
// RUN: vib-opt %s --emit-bytecode | vib-opt | FileCheck %s
// RUN: vib-opt %s --mlir-print-op-generic | vib-opt | FileCheck %s

func.func @images(%x: tensor<?x28x28x3xf32>) {
  // CHECK: vib.conv2d %arg0 @a kernel(5, 5) channels(32) padding(same) : tensor<?x28x28x3xf32> -> tensor<?x28x28x32xf32>
  %a = vib.conv2d %x @a kernel(5, 5) channels(32) padding(same) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv2d %arg0 @b kernel(5, 3) channels(8) : tensor<?x28x28x3xf32> -> tensor<?x24x26x8xf32>
  %b = vib.conv2d %x @b padding(valid) kernel(5, 3) : tensor<?x28x28x3xf32> -> tensor<?x24x26x8xf32>
  // CHECK: vib.conv2d %arg0 @c kernel(4, 4) channels(8) stride(2, 2) padding(same) : tensor<?x28x28x3xf32> -> tensor<?x14x14x8xf32>
  %c = vib.conv2d %x @c kernel(4, 4) channels(8) stride(2, 2) padding([1, 1]) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv2d %arg0 @d kernel(3, 3) channels(8) stride(2, 1) padding([2, 0, 0, 1]) dilation(2, 3) : tensor<?x28x28x3xf32> -> tensor<?x13x23x8xf32>
  %d = vib.conv2d %x @d kernel(3, 3) channels(8) dilation(2, 3) padding([2, 0, 0, 1]) stride(2, 1) : tensor<?x28x28x3xf32>
  // An odd number of zeros has one more at the bottom and on the right.
  // CHECK: vib.conv2d %arg0 @e kernel(4, 2) channels(8) padding(same) : tensor<?x28x28x3xf32> -> tensor<?x28x28x8xf32>
  %e = vib.conv2d %x @e kernel(4, 2) channels(8) padding([1, 2, 0, 1]) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv_transpose2d %arg0 @g kernel(4, 4) channels(8) stride(2, 2) padding([1, 1, 1, 1]) : tensor<?x28x28x3xf32> -> tensor<?x56x56x8xf32>
  %m = vib.conv_transpose2d %x @g kernel(4, 4) channels(8) stride(2, 2) padding([1, 1]) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv_transpose2d %arg0 @h kernel(3, 2) channels(8) stride(3, 1) padding([2, 0, 1, 0]) output_padding(2, 0) dilation(1, 2) : tensor<?x28x28x3xf32> -> tensor<?x84x29x8xf32>
  %n = vib.conv_transpose2d %x @h channels(8) dilation(1, 2) output_padding(2, 0) kernel(3, 2) padding([2, 0, 1, 0]) stride(3, 1) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv_transpose2d %arg0 @i kernel(3, 3) channels(8) : tensor<?x28x28x3xf32> -> tensor<?x30x30x8xf32>
  %o = vib.conv_transpose2d %x @i kernel(3, 3) padding(valid) : tensor<?x28x28x3xf32> -> tensor<?x30x30x8xf32>
  // CHECK: vib.conv2d %arg0 @l kernel(3, 3) channels(6) dilation(2, 2) groups(3) : tensor<?x28x28x3xf32> -> tensor<?x24x24x6xf32>
  %r = vib.conv2d %x @l kernel(3, 3) groups(3) channels(6) dilation(2, 2) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv2d %arg0 @m kernel(1, 1) channels(6) : tensor<?x28x28x3xf32> -> tensor<?x28x28x6xf32>
  %s = vib.conv2d %x @m kernel(1, 1) groups(1) channels(6) : tensor<?x28x28x3xf32>
  // CHECK: vib.conv_transpose2d %arg0 @n kernel(2, 2) channels(3) stride(2, 2) groups(3) : tensor<?x28x28x3xf32> -> tensor<?x56x56x3xf32>
  %t = vib.conv_transpose2d %x @n kernel(2, 2) channels(3) stride(2, 2) groups(3) : tensor<?x28x28x3xf32>
  // CHECK: vib.cnn %arg0 @j relu kernel(3, 3) padding(same) [8, 16, pool, 4] : tensor<?x28x28x3xf32> -> tensor<?x14x14x4xf32>
  %p = vib.cnn %x @j relu kernel(3, 3) padding(same) [8, 16, pool, 4] : tensor<?x28x28x3xf32>
  // CHECK: vib.cnn %arg0 @k tanh kernel(5, 4) [8, pool] : tensor<?x28x28x3xf32> -> tensor<?x12x12x8xf32>
  %q = vib.cnn %x @k tanh padding(valid) kernel(5, 4) [8, pool] : tensor<?x28x28x3xf32> -> tensor<?x12x12x8xf32>
  // CHECK: vib.max_pool %arg0 window(2, 2) : tensor<?x28x28x3xf32> -> tensor<?x14x14x3xf32>
  %f = vib.max_pool %x window(2, 2) stride(2, 2) : tensor<?x28x28x3xf32>
  // CHECK: vib.max_pool %arg0 window(3, 3) stride(2, 2) : tensor<?x28x28x3xf32> -> tensor<?x13x13x3xf32>
  %g = vib.max_pool %x stride(2, 2) window(3, 3) : tensor<?x28x28x3xf32> -> tensor<?x13x13x3xf32>
  // CHECK: vib.avg_pool %arg0 window(2, 2) : tensor<?x28x28x3xf32> -> tensor<?x14x14x3xf32>
  %j = vib.avg_pool %x window(2, 2) : tensor<?x28x28x3xf32>
  // CHECK: vib.avg_pool %arg0 window(3, 2) stride(2, 1) : tensor<?x28x28x3xf32> -> tensor<?x13x27x3xf32>
  %k = vib.avg_pool %x stride(2, 1) window(3, 2) : tensor<?x28x28x3xf32> -> tensor<?x13x27x3xf32>
  // CHECK: vib.global_avg_pool %arg0 : tensor<?x28x28x3xf32> -> tensor<?x3xf32>
  %l = vib.global_avg_pool %x : tensor<?x28x28x3xf32>
  // CHECK: vib.relu {{.*}} : tensor<?x28x28x32xf32>
  %h = vib.relu %a : tensor<?x28x28x32xf32>
  // CHECK: vib.add {{.*}} : tensor<?x28x28x32xf32>
  %i = vib.add %a, %h : tensor<?x28x28x32xf32>
  return
}

func.func @bytes(%x: tensor<?x28x28x1xui8>) {
  // CHECK: vib.scale {{.*}} : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
  %0 = vib.scale %x to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
  return
}
