//===- Idx.h - The file format of MNIST -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_IDX_H
#define VIB_RUNTIME_IDX_H

#include "runtime/Array.h"

#include <string>

namespace vib::runtime {

/// Parses an IDX file, plain or gzipped, of any of the six element types and up
/// to eight dimensions. Truncation and bytes after the elements are Errors,
/// which name `name`. `check` is called before the elements are inflated.
Array parseIdx(Bytes bytes, const std::string &name,
               const CheckHeader &check = {});

} // namespace vib::runtime

#endif // VIB_RUNTIME_IDX_H
