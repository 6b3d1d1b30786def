//===- CpuFeatures.h - Whether this CPU can run the program -----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CPUFEATURES_H
#define VIB_RUNTIME_CPUFEATURES_H

#include "runtime/Abi.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// Those of the comma-separated LLVM features ("avx512f,fma", a leading "+" is
/// fine) that this CPU, or its system, lacks. Names that the table does not
/// know are taken as there.
std::vector<std::string> missingFeatures(const std::string &features);

/// An Error if the CPU lacks something that the program was compiled for. To be
/// called before any entry of the model.
void checkCpu(const VibModel &model);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CPUFEATURES_H
