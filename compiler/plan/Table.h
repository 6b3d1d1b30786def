//===- Table.h - What tables of kernels are made of --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_TABLE_H
#define VIB_COMPILER_PLAN_TABLE_H

#include "mlir/Support/LLVM.h"
#include <string>
#include <vector>

namespace vib {

/// Three digits with the unit that fits: "164 M".
std::string scaled(double value);
/// The same before a unit: "164 MFLOP", "384 FLOP".
std::string scaled(double value, llvm::StringRef unit);

using TableRow = std::vector<std::string>;

/// One line a row, the columns wide enough for what is in them; the first
/// `numbers` after the first one to the right.
std::vector<std::string> layOutTable(llvm::ArrayRef<TableRow> rows,
                                     size_t numbers);

} // namespace vib

#endif // VIB_COMPILER_PLAN_TABLE_H
