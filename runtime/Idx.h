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

/// Parses an IDX file, plain or gzipped: any of its six types, up to eight
/// dimensions. Truncation and bytes after the payload are errors, which name
/// `name`. `check` sees the header before the elements are inflated.
Array parseIdx(Bytes bytes, const std::string &name,
               const CheckHeader &check = {});

} // namespace vib::runtime

#endif // VIB_RUNTIME_IDX_H
