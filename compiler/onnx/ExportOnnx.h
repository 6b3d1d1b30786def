//===- ExportOnnx.h - Writes a trained network as ONNX ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_ONNX_EXPORTONNX_H
#define VIB_COMPILER_ONNX_EXPORTONNX_H

#include "compiler/onnx/WeightsFile.h"
#include "dialect/Vib.h"
#include "llvm/Support/Error.h"

namespace vib {

/// The bytes of an ONNX file with the network that predicts at z = mu, and with
/// the weights of the file `weights`. `model` is of the phase model, with
/// tensors of f32. An op that ONNX does not have is reported at its place, in
/// an error of MLIR, and the result is then empty.
llvm::Expected<std::string> exportOnnx(ModelOp model, llvm::StringRef weights,
                                       onnx::Use use);

} // namespace vib

#endif // VIB_COMPILER_ONNX_EXPORTONNX_H
