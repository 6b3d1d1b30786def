//===- Npy.cpp - Fuzz the reader of NPY files -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Npy.h"
#include "test/fuzz/Readers.h"

using namespace vib;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz::expectErrorsOnly([&] {
    fuzz::expectWhole(runtime::parseNpy(fuzz::toBytes(data, size), "f"));
  });
}
