//===- MockModel.h - A model written by hand --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What vibc generates, in C++ and small: 4 inputs -> linear -> mu, rho of 2
// latents -> linear -> 3 classes (uint8 images of 2 x 2, Adam, average, f64) or
// 1 target (floats, SGD with momentum, no average, f32). The program around it
// can be tested without the compiler.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_MOCKMODEL_H
#define VIB_TEST_RUNTIME_MOCKMODEL_H

#include "runtime/Abi.h"

namespace vib::runtime::test {

const VibModel &mockClassifier();
const VibModel &mockRegression();

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_MOCKMODEL_H
