//===- Figures.h - The figures that a program reports -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_FIGURES_H
#define VIB_COMPILER_OBJECT_FIGURES_H

#include "dialect/Vib.h"
#include "runtime/Abi.h"

namespace vib {

/// What the runtime's VibFigure says. Strings are empty where it has null.
struct Figure {
  std::string name, title, label;
  VibFigureKind kind;
  VibUnit unit;
  /// The tensor that the figure is computed from.
  std::string tensor = "";
  /// The figure that this one is computed from.
  unsigned of = 0;
  VibBound bound = VIB_NO_BOUND;
  std::string bounds = "";
  /// The target that it is a figure of.
  unsigned target = 0;
  /// Whether the training step computes the tensor, too.
  bool isTrained = false;
  /// The tensor whose sum a mean is divided by in place of the rows, if the
  /// functions compute it.
  std::string divisor = "";
};

/// The figures of a model, in the order in which programs write them.
llvm::SmallVector<Figure> getFigures(ModelAttr model);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_FIGURES_H
