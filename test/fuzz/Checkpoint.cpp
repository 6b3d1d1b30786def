//===- Checkpoint.cpp - Fuzz the readers of checkpoints and weights -------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "test/fuzz/Readers.h"
#include "test/runtime/MockModel.h"

using namespace vib;
using namespace vib::runtime;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const VibModel &model = test::mockClassifier();
  static State state(model);
  fuzz::InputFile file(data, size);
  fuzz::expectErrorsOnly([&] {
    loadCheckpoint(file.getPath(), model, state);
    fuzz::expect(findNonFinite(model, state).empty(),
                 "what was read is finite");
  });
  return fuzz::expectErrorsOnly([&] {
    loadWeights(SafetensorsReader(file.getPath()), model, Use::Any,
                state.weights.data());
    fuzz::expect(findNonFinite(model, state).empty(),
                 "what was read is finite");
  });
}
