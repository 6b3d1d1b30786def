// Broken if a math function without an LLVM intrinsic on vectors does not become a call of
// libm, or if log1p becomes log(1 + x), which is 0 below 1e-16.
// RUN: vib-opt %s --vib-to-llvm | FileCheck %s

module attributes {vib.phase = "kernels"} {
  // CHECK-LABEL: llvm.func internal @train_step.k(
  // CHECK: llvm.intr.exp(%{{.*}}) : (vector<2xf64>) -> vector<2xf64>
  // CHECK-COUNT-2: llvm.call @erf
  // CHECK-COUNT-2: llvm.call @log1p
  // CHECK-NOT: vector.
  func.func private @train_step.k(%begin: index, %end: index,
      %arena: memref<64xi8>)
      attributes {vib.kernel = #vib.kernel_info<"k", entry = "train_step", units = 1, flops = 4.0, bytes = 32.0>} {
    %c0 = arith.constant 0 : index
    %v = memref.view %arena[%c0][] : memref<64xi8> to memref<8xf64>
    %x = vector.load %v[%c0] : memref<8xf64>, vector<2xf64>
    %a = math.exp %x : vector<2xf64>
    %b = math.erf %a : vector<2xf64>
    %c = math.log1p %b : vector<2xf64>
    vector.store %c, %v[%c0] : memref<8xf64>, vector<2xf64>
    return
  }
  func.func @train_step(%arena: memref<64xi8> {vib.base = "arena"})
      attributes {vib.entry} {
    vib.launch @train_step.k units(1) (%arena) : (memref<64xi8>)
    return
  }
}
