//===- Layers.h - The ops of a model as nodes of ONNX -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function adds the nodes of an op, whose operands have tensors, and sets
// the tensor of its result. They compute what evaluation computes at z = mu.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_ONNX_LAYERS_H
#define VIB_COMPILER_ONNX_LAYERS_H

#include "compiler/onnx/GraphBuilder.h"

namespace vib::onnx {

/// Adds the nodes of a layer. Returns false if the op is none that it knows.
bool addLayer(GraphBuilder &builder, mlir::Operation *op);
/// Of a layer with windows, which reads images.
bool addWindowLayer(GraphBuilder &builder, mlir::Operation *op);
/// Of an op that makes or reads a distribution.
bool addDistribution(GraphBuilder &builder, mlir::Operation *op);

} // namespace vib::onnx

#endif // VIB_COMPILER_ONNX_LAYERS_H
