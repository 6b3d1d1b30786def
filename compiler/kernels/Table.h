//===- Table.h - What tables of kernels are made of --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_TABLE_H
#define VIB_COMPILER_KERNELS_TABLE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace vib {

/// Three digits with the unit that fits: "164 M".
std::string scaled(double value);
/// The same before a unit: "164 MFLOP", "384 FLOP".
std::string scaled(double value, llvm::StringRef unit);

/// What was fused into a kernel, each pass named once: "epilogue: addf;
/// maximumf". `notes` may be null.
std::string listFused(mlir::ArrayAttr notes);

using TableRow = std::vector<std::string>;

/// The columns wide enough for what is in them; the first `numbers` after the
/// first one to the right.
void printTable(llvm::ArrayRef<TableRow> rows, size_t numbers,
                llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_TABLE_H
