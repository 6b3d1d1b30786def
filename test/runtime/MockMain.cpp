//===- MockMain.cpp - The program around a model written by hand ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// VIB_MOCK=regression takes the regression model; VIB_MOCK_FEATURES are the
// features of the CPU that the model claims to need.
//
//===----------------------------------------------------------------------===//

#include "runtime/Program.h"
#include "test/runtime/MockModel.h"

#include <cstdlib>

using namespace vib::runtime;

int main(int argc, char **argv) {
  VibModel model =
      std::getenv("VIB_MOCK") ? test::mockRegression() : test::mockClassifier();
  if (const char *features = std::getenv("VIB_MOCK_FEATURES"))
    model.features = features;
  return runProgram(model, argc, argv);
}
