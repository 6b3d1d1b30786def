// Broken if the lines of a bordered image are divided among threads: the unit that writes the
// border's zeros would overwrite the lines that others have written.
// RUN: vibc %s --cpu=x86-64-v4 --emit=planned -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// CHECK: vib.kernel "{{[^"]*}}" {{.*}}unit = #vib.tile<"b", 1>{{.*}}vib.parts = [{{.*}}"c1.in: border"
// CHECK-NOT: unit = #vib.tile<"b2"

// RUN: sed '/c1.in: border/s/#vib.tile<"b", 1>/#vib.tile<"b2", 32>/' %t.mlir > %t.edited.mlir
// RUN: not vibc %t.edited.mlir -o %t.exe 2>&1 | FileCheck %s --check-prefix=EDITED
// EDITED: error: {{.*}}its parts cannot be computed by different threads

// RUN: rm -rf %t && make-data %t/data 64x64x1 classes=3 8 2 && vibc %s -o %t/lines
// RUN: for n in 1 4; do %t/lines train --data %t/data --out %t/run$n --threads $n --eval none \
// RUN:   --quiet || exit 1; done
// RUN: cmp %t/run1/model.safetensors %t/run4/model.safetensors
vib.model @lines(%x: tensor<?x64x64x1xf32>, %y: tensor<?xi32>) {
  %c0 = vib.conv2d %x @c0 kernel(3, 3) channels(16) padding(same) : tensor<?x64x64x1xf32>
  %c1 = vib.conv2d %c0 @c1 kernel(3, 3) channels(16) padding(same) : tensor<?x64x64x16xf32>
  %t1 = vib.tanh %c1 : tensor<?x64x64x16xf32>
  %f = vib.global_avg_pool %t1 : tensor<?x64x64x16xf32>
  %s = vib.linear %f @l [4] : tensor<?x16xf32>
  %q = vib.normal %s softplus(0.0) : tensor<?x4xf32>
  %z = vib.reparameterize %q : !vib.normal<2> -> tensor<?x2xf32>
  %l2 = vib.linear %z @d [3] : tensor<?x2xf32>
  %p = vib.categorical %l2 : tensor<?x3xf32>
  %ce = vib.nll %p, %y : !vib.categorical<3>, tensor<?xi32>
  %rate = vib.kl %q, #vib.standard_normal : !vib.normal<2>
  vib.loss %ce + @beta(0.1) * %rate
}
vib.train @lines batch(4) epochs(1) { optimizer = #vib.adam<lr = 0.01>, seed = 3 }
