// Broken if a choice of vib-choose-vectors is not written on the op that it is about.

// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine \
// RUN:   --vib-choose-tiles --vib-plan-arena --vib-choose-vectors | FileCheck %s
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step --vib-to-fused \
// RUN:   --vib-set-machine=vector-bits=256 --vib-choose-tiles --vib-plan-arena --vib-choose-vectors \
// RUN: | FileCheck %s --check-prefix=AVX2
// RUN: vib-opt %models/odd.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine \
// RUN:   --vib-choose-tiles --vib-plan-arena --vib-choose-vectors | FileCheck %s --check-prefix=ODD
// RUN: vib-opt %models/full.mlir --vib-model --vib-to-step --vib-to-fused --vib-set-machine \
// RUN:   --vib-choose-tiles --vib-plan-arena --vib-choose-vectors | FileCheck %s --check-prefix=FLAT
// RUN: vib-opt %examples/toynet/toynet.mlir --vib-model --vib-to-step=precision=bf16 --vib-to-fused \
// RUN:   --vib-set-machine=bf16 --vib-choose-tiles --vib-plan-arena --vib-choose-vectors \
// RUN: | FileCheck %s --check-prefix=PAIRS

// A register of the widest element.
// CHECK: vib.kernel "scale"
// CHECK: vib.vectors = [#vib.loop_vector<10 x 784, 16 along "n">]
// AVX2: vib.kernel "scale"
// AVX2: vib.vectors = [#vib.loop_vector<10 x 784, 8 along "n">]

// The op is emitted with its contraction.
// CHECK: vib.kernel "encode.0"
// CHECK-NOT: vib.vectors
// CHECK: vib.kernel "encode.2"

// Two registers of random numbers, and one where there are only 16 registers.
// CHECK: vib.kernel "encode.4"
// CHECK: vib.vectors = [#vib.loop_vector<100 x 32, 32 along "n">]
// AVX2: vib.kernel "encode.4"
// AVX2: vib.vectors = [#vib.loop_vector<100 x 16, 8 along "n">]

// As many lanes as there are columns. The weight is not contiguous in the columns of the
// input gradient.
// CHECK: vib.kernel "decode"
// CHECK: vib.vectors = [#vib.loop_vector<10 x 10, 10 along "n">]
// CHECK: vib.contraction = #vib.contraction<[<10 x 256 x 10, columns 10 x 2>]
// CHECK-SAME: vib.packed = [#vib.packed<10 x 256 x 10, rows>]

// Two sizes of tiles.
// ODD: vib.kernel "encode.2.in"
// ODD: vib.packed = [#vib.packed<7 x 32 x 37, rows>, #vib.packed<7 x 9 x 37, rows>]
// ODD: vib.vectors = [#vib.loop_vector<7 x 32, 16 along "n">, #vib.loop_vector<7 x 9, 9 along "n">]

// Rows of four without a gap between them.
// FLAT: vib.kernel "decode.grad"
// FLAT: vib.vectors = [#vib.loop_vector<3 x 4, 12 along "n" flat>]

// Weights are rounded and packed in pairs.
// PAIRS: vib.kernel "encode.0"
// PAIRS: vib.packed = [#vib.packed<100 x 32 x 784, pairs>]
