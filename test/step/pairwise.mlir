// Broken if an estimate by pairs reads rows that do not count, if its derivative leaves out that a
// row is in the sums of all others, or if an evaluation does not return it.
// RUN: vib-opt %s -vib-to-step | FileCheck %s

// CHECK: terms = ["nll", "pairwise"]
// CHECK-LABEL: func @train_step
// CHECK-SAME: #vib.slot<output, "pairwise">
// The means in units of sigma, and again for the others.
// CHECK: [[U:%.*]] = linalg.generic {{.*}}vib.names = ["u"]
// CHECK: [[OTHERS:%.*]] = linalg.generic {{.*}}ins([[U]] : tensor<5x2xf32>) outs({{%.*}} : tensor<2x5xf32>) attrs = {{.*}}vib.names = ["u.others"]
// CHECK: linalg.index 1
// CHECK: arith.cmpi slt
// CHECK: arith.select
// CHECK: [[D:%.*]] = linalg.generic {{.*}}"reduction"]{{.*}}ins([[U]], [[OTHERS]] : tensor<5x2xf32>, tensor<2x5xf32>) outs({{%.*}} : tensor<5x5xf32>){{.*}}vib.dims = ["rows", "others", "latents"]
// CHECK: [[E:%.*]] = linalg.generic {{.*}}ins([[D]] : tensor<5x5xf32>){{.*}}vib.names = ["pairs"]
// CHECK: math.exp
// CHECK: arith.select
// CHECK: [[SUM:%.*]] = linalg.generic {{.*}}ins([[E]] : tensor<5x5xf32>) outs({{%.*}} : tensor<5xf32>) attrs = {{.*}}vib.names = ["pairs.sum"]
// CHECK: linalg.generic {{.*}}ins([[SUM]] : tensor<5xf32>)
// CHECK: arith.divf
// CHECK-NEXT: math.log
// Both derivatives in one loop.
// CHECK: [[INVERSE:%.*]]:2 = linalg.generic {{.*}}ins([[SUM]] : tensor<5xf32>){{.*}}vib.names = ["pairs.inverse", "pairs.inverse.others"]
// CHECK: linalg.generic {{.*}}ins([[E]], [[INVERSE]]#0, [[INVERSE]]#1, [[U]], [[OTHERS]] : tensor<5x5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5x2xf32>, tensor<2x5xf32>) outs({{%.*}}, {{%.*}} : tensor<5x2xf32>, tensor<5x2xf32>){{.*}}vib.dims = ["rows", "latents", "others"]
// CHECK-LABEL: func @encode
// CHECK-SAME: #vib.slot<output, "pairwise">
// CHECK-LABEL: func @evaluate
// CHECK-NOT: "pairwise"
vib.model @m(%x: tensor<?x8xf32>, %y: tensor<?xi32>) {
  %s = vib.linear %x @encode.0 [2] : tensor<?x8xf32>
  %q = vib.normal %s sigma(@encode.sigma = 1.0) : tensor<?x2xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l = vib.linear %z @decode.0 [3] : tensor<?x2xf32>
  %p = vib.categorical %l : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %i = vib.pairwise %q : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %i
}
vib.train @m batch(5) epochs(1)
