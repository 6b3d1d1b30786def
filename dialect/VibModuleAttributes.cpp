//===- VibModuleAttributes.cpp - The kinds of attributes of ops -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace vib;

template <typename AttrT>
static LogicalResult verifyIs(Operation *op, NamedAttribute attribute) {
  if (isa<AttrT>(attribute.getValue()))
    return success();
  return op->emitError("expected ")
         << attribute.getName().getValue() << " to be a #" << AttrT::name
         << " but got " << attribute.getValue();
}

template <typename AttrT>
static LogicalResult verifyIsList(Operation *op, NamedAttribute attribute) {
  auto list = dyn_cast<ArrayAttr>(attribute.getValue());
  if (list && llvm::all_of(list, llvm::IsaPred<AttrT>))
    return success();
  return op->emitError("expected ")
         << attribute.getName().getValue() << " to be a list of #"
         << AttrT::name << " but got " << attribute.getValue();
}

static LogicalResult verifyIsBytes(Operation *op, NamedAttribute attribute) {
  auto bytes = dyn_cast<IntegerAttr>(attribute.getValue());
  if (bytes && bytes.getType().isSignlessInteger(64) && bytes.getInt() >= 0 &&
      bytes.getInt() <= kMostMemoryBytes)
    return success();
  return op->emitError("expected ")
         << attribute.getName().getValue() << " to be an i64 of 0 to "
         << kMostMemoryBytes;
}

LogicalResult VibDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attribute) {
  using Verify = LogicalResult (*)(Operation *, NamedAttribute);
  auto verify =
      llvm::StringSwitch<Verify>(attribute.getName())
          .Case(kModelAttrName, verifyIs<ModelAttr>)
          .Case(kTrainingAttrName, verifyIs<TrainingAttr>)
          .Case(kParametersAttrName, verifyIsList<ParameterAttr>)
          .Case(kTensorsAttrName, verifyIsList<TensorAttr>)
          .Case(kKernelAttrName, verifyIs<KernelInfoAttr>)
          .Case(kKernelsAttrName, verifyIsList<KernelInfoAttr>)
          .Case(kOptionsAttrName, verifyIs<OptionsAttr>)
          .Cases({kBlockBytesAttrName, kArenaBytesAttrName}, verifyIsBytes)
          .Default(nullptr);
  return verify ? verify(op, attribute) : success();
}
