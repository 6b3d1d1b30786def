//===- Parser.h - PTX text to a program -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_PARSER_H
#define VIB_TEST_CUDADRIVER_PARSER_H

#include "test/cuda-driver/Lexer.h"
#include "test/cuda-driver/Program.h"

#include <functional>

namespace vib::cuda {

/// Gives a variable of a module its place on the device.
using PlaceGlobal = std::function<void(GlobalVariable &)>;

/// Throws a PtxError where it does not understand.
Program parsePtx(std::string_view text, const PlaceGlobal &place);

/// The text as lines, for messages.
std::shared_ptr<const Lines> linesOf(std::string_view text);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_PARSER_H
