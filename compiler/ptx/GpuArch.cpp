//===- GpuArch.cpp - The GPU architectures --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/GpuArch.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace vib;

static constexpr GpuArch kArchs[] = {
    {"sm_80", 80, 70, "A100 SXM 80GB", 19.5e12, 156e12, 312e12, 2039e9, 108,
     2048, 32, 164 * 1024},
    {"sm_86", 86, 71, "A40", 37.4e12, 74.8e12, 149.7e12, 696e9, 84, 1536, 16,
     100 * 1024},
    {"sm_89", 89, 78, "L40S", 91.6e12, 183e12, 362e12, 864e9, 142, 1536, 24,
     100 * 1024},
    {"sm_90", 90, 78, "H100 SXM", 66.9e12, 494.7e12, 989.4e12, 3352e9, 132,
     2048, 32, 228 * 1024},
    {"sm_100", 100, 86, "B200", 75e12, 1100e12, 2250e12, 8000e9, 148, 2048, 32,
     228 * 1024},
    {"sm_120", 120, 87, "RTX 5090", 104.8e12, 104.8e12, 209.5e12, 1792e9, 170,
     1536, 24, 100 * 1024},
};

llvm::Expected<const GpuArch *> vib::resolveArch(llvm::StringRef name) {
  std::string known;
  for (const GpuArch &arch : kArchs) {
    if (arch.name == name)
      return &arch;
    known += (known.empty()                   ? ""
              : &arch == std::end(kArchs) - 1 ? " or "
                                              : ", ") +
             arch.name.str();
  }
  return llvm::createStringError("found '" + name + "', expected " + known);
}

unsigned vib::getResidentBlocks(const GpuArch &arch, unsigned threads,
                                int64_t sharedBytes, unsigned registers) {
  // The hardware reserves 1 KB for each block, and allocates the registers of a
  // warp in units of 256.
  constexpr int64_t kReserved = 1024, kRegisters = 65536, kUnit = 256;
  int64_t blocks = std::min<int64_t>(arch.blocks, arch.threads / threads);
  blocks = std::min(blocks, arch.sharedBytes / (sharedBytes + kReserved));
  if (registers != 0) {
    int64_t warps = llvm::divideCeil(threads, 32);
    int64_t used = warps * int64_t(llvm::alignTo(32 * registers, kUnit));
    blocks = std::min(blocks, kRegisters / used);
  }
  return blocks;
}
