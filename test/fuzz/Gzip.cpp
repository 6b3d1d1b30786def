//===- Gzip.cpp - Fuzz what inflates compressed data ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Gzip.h"
#include "test/fuzz/Readers.h"

using namespace vib;
using runtime::Inflater;

static int inflate(const uint8_t *data, size_t size, Inflater::Format format) {
  return fuzz::expectErrorsOnly([&] {
    Inflater inflater(data, size, format, "f");
    runtime::Bytes bytes = inflater.readUpTo(uint64_t(1) << 16);
    fuzz::expect(bytes.size() <= runtime::maxInflation * size,
                 "an inflated byte has its bit");
    inflater.expectEnd();
  });
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return inflate(data, size,
                 runtime::isGzip(data, size) ? Inflater::Gzip : Inflater::Raw);
}
