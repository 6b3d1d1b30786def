//===- Main.cpp - The entry of a compiled program -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Program.h"

int main(int argc, char **argv) {
  return vib::runtime::runProgram(vib_model, argc, argv);
}
