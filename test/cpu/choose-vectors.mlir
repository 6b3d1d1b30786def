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
// CHECK: vib.vectors = [{along = "n", lanes = 16 : i64, sizes = array<i64: 10, 784>}]
// AVX2: vib.kernel "scale"
// AVX2: vib.vectors = [{along = "n", lanes = 8 : i64, sizes = array<i64: 10, 784>}]

// The op is emitted with its contraction.
// CHECK: vib.kernel "encode.0"
// CHECK-NOT: vib.vectors
// CHECK: vib.kernel "encode.2"

// Two registers of random numbers, and one where there are only 16 registers.
// CHECK: vib.kernel "encode.4"
// CHECK: vib.vectors = [{along = "n", lanes = 32 : i64, sizes = array<i64: 100, 32>}]
// AVX2: vib.kernel "encode.4"
// AVX2: vib.vectors = [{along = "n", lanes = 8 : i64, sizes = array<i64: 100, 16>}]

// As many lanes as there are columns. The weight is not contiguous in the columns of the
// input gradient.
// CHECK: vib.kernel "decode"
// CHECK: vib.vectors = [{along = "n", lanes = 10 : i64, sizes = array<i64: 10, 10>}]
// CHECK: vib.contraction = #vib.contraction<[<10 x 256 x 10, columns 10 x 2>]
// CHECK-SAME: vib.packed = [{as = "rows", sizes = array<i64: 10, 256, 10>}]

// Two sizes of tiles.
// ODD: vib.kernel "encode.2.in"
// ODD: vib.packed = [{as = "rows", sizes = array<i64: 7, 32, 37>}, {as = "rows", sizes = array<i64: 7, 9, 37>}]
// ODD: vib.vectors = [{along = "n", lanes = 16 : i64, sizes = array<i64: 7, 32>}, {along = "n", lanes = 9 : i64, sizes = array<i64: 7, 9>}]

// Rows of four without a gap between them.
// FLAT: vib.kernel "decode.grad"
// FLAT: vib.vectors = [{along = "n", flat, lanes = 12 : i64, sizes = array<i64: 3, 4>}]

// Weights are rounded and packed in pairs.
// PAIRS: vib.kernel "encode.0"
// PAIRS: vib.packed = [{as = "pairs", sizes = array<i64: 100, 32, 784>}]
