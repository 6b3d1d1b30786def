//===- contract.cpp - Prints a kernel of one contraction ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints the kernel of ContractionKernel.h as MLIR or PTX, for the lit tests.
//
//===----------------------------------------------------------------------===//

#include "ContractionKernel.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace vib;

static cl::opt<int64_t> rows("m", cl::desc("Rows of the result"), cl::init(64));
static cl::opt<int64_t> columns("n", cl::desc("Columns of the result"),
                                cl::init(64));
static cl::opt<int64_t> depth("k", cl::desc("Extent of the reduction"),
                              cl::init(64));
static cl::opt<unsigned> results("results", cl::desc("Results side by side"),
                                 cl::init(1));
static cl::opt<OperandPrecision> precision(
    "precision", cl::desc("Precision of the factors"),
    cl::values(clEnumValN(OperandPrecision::F32, "f32", "IEEE"),
               clEnumValN(OperandPrecision::TF32, "tf32", "tensor cores"),
               clEnumValN(OperandPrecision::BF16, "bf16", "tensor cores")),
    cl::init(OperandPrecision::F32));

/// The form of an operand, by name.
static cl::opt<std::string> lhs("lhs", cl::desc("mk or km, f32 or bf16"),
                                cl::init("mk"));
static cl::opt<std::string> rhs("rhs", cl::desc("kn or nk, f32 or bf16"),
                                cl::init("kn"));
static cl::opt<bool> asPtx("ptx", cl::desc("Print PTX"));
static cl::opt<bool> onlyShape("shape", cl::desc("Print the shape"));

static OperandForm parseForm(StringRef text) {
  return {text.starts_with("k"), text.ends_with("bf16")};
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv);
  Contraction contraction{rows,      columns,        depth,         results,
                          precision, parseForm(lhs), parseForm(rhs)};
  if (onlyShape) {
    BlockShape shape = contraction.getShape();
    outs() << "tile " << shape.rows << "x" << shape.columns << "x"
           << shape.depth << " stages " << shape.stages << " warp "
           << shape.warpRows << "x" << shape.warpColumns << " staging "
           << shape.getStagingBytes(results) << "\n";
    return 0;
  }
  mlir::MLIRContext context;
  loadKernelDialects(context);
  ContractionKernel kernel = buildKernel(context, contraction);
  if (asPtx)
    outs() << makePtx(kernel);
  else
    kernel.module->print(outs());
  return 0;
}
