//===- Npz.cpp - Fuzz the reader of NPZ files -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Npz.h"
#include "test/fuzz/Readers.h"

using namespace vib;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz::expectErrorsOnly([&] {
    runtime::Npz npz(fuzz::toBytes(data, size), "f");
    for (const std::string &key : npz.keys())
      fuzz::expectErrorsOnly([&] { fuzz::expectWhole(npz.read(key)); });
  });
}
