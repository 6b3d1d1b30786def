//===- Parser.h - Parse PTX -------------------------------------*- C++ -*-===//
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

/// Assigns a device address to a variable of a module.
using PlaceGlobal = std::function<void(GlobalVariable &)>;

/// Throws a PtxError if the text is not understood.
Program parsePtx(std::string_view text, const PlaceGlobal &place);

/// Splits the text into lines, for messages.
std::shared_ptr<const Lines> linesOf(std::string_view text);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_PARSER_H
