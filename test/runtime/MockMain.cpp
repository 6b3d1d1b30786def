//===- MockMain.cpp - The program around a model written by hand ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// VIB_MOCK=regression takes the regression model, unrated the one without a
// rate, gpu and gpu-regression those for a GPU; VIB_MOCK_FEATURES are the
// features of the CPU that the model claims to need.
//
//===----------------------------------------------------------------------===//

#include "runtime/Program.h"
#include "test/runtime/MockModel.h"

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

using namespace vib::runtime;

static VibModel makeModel() {
  const char *variable = std::getenv("VIB_MOCK");
  std::string which = variable ? variable : "classifier";
  VibModel model = which == "gpu"              ? test::mockGpuClassifier()
                   : which == "gpu-regression" ? test::mockGpuRegression()
                   : which == "regression"     ? test::mockRegression()
                   : which == "unrated"        ? test::mockUnrated()
                                               : test::mockClassifier();
  return model;
}

int main(int argc, char **argv) {
  VibModel model;
  // That of a program which vibc makes is a constant.
  try {
    model = makeModel();
  } catch (const std::bad_alloc &) {
    std::fputs("error: out of memory\n", stderr);
    return 1;
  }
  if (const char *features = std::getenv("VIB_MOCK_FEATURES"))
    model.features = features;
  return runProgram(model, argc, argv);
}
