//===- PlaceVerifier.cpp - Verify the places of the memory plan -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/PlaceVerifier.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/Metadata.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace vib;

/// Verifies that the tensors of a list lie in the `bytes` bytes of `what`, and
/// that no two of them overlap. The attributes have verified each by itself.
template <typename AttrT>
static LogicalResult verifyList(ModuleOp module, StringRef attrName,
                                StringRef what, int64_t bytes) {
  struct Extent {
    int64_t begin, end;
    StringRef name;
  };
  SmallVector<Extent> extents;
  for (auto entry :
       module->getAttrOfType<ArrayAttr>(attrName).getAsRange<AttrT>()) {
    PlaceAttr place = entry.getPlace();
    if (!place)
      return module.emitError("expected a memory plan, but ")
             << entry << " has no place";
    int64_t begin = place.getOffset(), size = *place.getBytes(entry.getType());
    if (begin + size > bytes)
      return module.emitError("expected \"")
             << entry.getName() << "\" to lie in the " << bytes << " bytes of "
             << what << ", but it takes " << size << " bytes from byte "
             << begin << " on";
    extents.push_back({begin, begin + size, entry.getName()});
  }
  llvm::sort(extents, [](const Extent &lhs, const Extent &rhs) {
    return lhs.begin < rhs.begin;
  });
  for (unsigned i = 1; i < extents.size(); ++i)
    if (extents[i].begin < extents[i - 1].end)
      return module.emitError("\"")
             << extents[i].name << "\" begins at byte " << extents[i].begin
             << " of " << what << ", where \"" << extents[i - 1].name
             << "\" still lies";
  return success();
}

/// The type of a tensor is that of its name. Where all readers round x to bf16,
/// it is bf16.
static LogicalResult verifyType(ModuleOp module, const Metadata &data,
                                TensorAttr tensor) {
  RankedTensorType type = tensor.getType();
  RankedTensorType expected = data.getTensorType(tensor.getName());
  if (data.hasType(tensor.getName(), type))
    return success();
  InFlightDiagnostic diagnostic = module.emitError("expected \"");
  diagnostic << tensor.getName() << "\" of " << kTensorsAttrName << " to be ";
  if (expected)
    return diagnostic << "a " << expected << " by " << kModelAttrName
                      << " but got " << type;
  return diagnostic << "a tensor of the runtime, but none has this name";
}

static LogicalResult verifyTensors(ModuleOp module, const Metadata &data) {
  llvm::StringSet<> names;
  auto tensors = module->getAttrOfType<ArrayAttr>(kTensorsAttrName);
  for (auto tensor : tensors.getAsRange<TensorAttr>()) {
    if (failed(verifyType(module, data, tensor)))
      return failure();
    if (!names.insert(tensor.getName()).second)
      return module.emitError("two entries of ")
             << kTensorsAttrName << " have the name \"" << tensor.getName()
             << "\"";
    // Only other entries read the results of scale.
    if (tensor.getInternal() && (tensor.getName().split('.').first != "x" ||
                                 !module.lookupSymbol("scale")))
      return module.emitError("expected \"")
             << tensor.getName() << "\" without 'internal', which only the "
             << "result of @scale is";
  }
  ArrayRef<NamedAttribute> inputs = data.model.getInputs();
  for (unsigned i = 0; i < inputs.size(); ++i) {
    std::string plain = ModelAttr::getTensorName("x", inputs, i);
    std::string scaled = ModelAttr::getTensorName("image", inputs, i);
    if (!names.contains(plain) && !names.contains(scaled))
      return module.emitError("expected ")
             << kTensorsAttrName << " to have an input, \"" << plain
             << "\" or \"" << scaled << "\"";
  }
  return success();
}

LogicalResult vib::verifyPlaces(ModuleOp module) {
  for (StringRef name : {kParametersAttrName, kTensorsAttrName,
                         kBlockBytesAttrName, kArenaBytesAttrName})
    if (!module->hasAttr(name))
      return module.emitError("expected a memory plan, but ")
             << name << " is missing";
  MemoryMap memory(module);
  if (failed(verifyList<ParameterAttr>(module, kParametersAttrName, "a block",
                                       memory.getBytes(BaseKind::Weights))) ||
      failed(verifyList<TensorAttr>(module, kTensorsAttrName, "the arena",
                                    memory.getBytes(BaseKind::Arena))))
    return failure();
  if (!module->hasAttr(kModelAttrName))
    return success();
  FailureOr<Metadata> data = readMetadata(module);
  if (failed(data))
    return failure();
  return verifyTensors(module, *data);
}

LogicalResult vib::verifyEntries(ModuleOp module, ArrayRef<StringRef> extra) {
  if (!module->hasAttr(kModelAttrName))
    return success();
  for (StringRef name : kRequiredFunctionNames) {
    auto entry = module.lookupSymbol<func::FuncOp>(name);
    if (!entry || !entry->hasAttr(kEntryAttrName))
      return module.emitError("expected an entry @") << name;
  }
  for (auto function : module.getOps<func::FuncOp>())
    if (function->hasAttr(kEntryAttrName) &&
        !llvm::is_contained(kFunctionNames, function.getName()) &&
        !llvm::is_contained(extra, function.getName()))
      return function.emitError("is not an entry that the runtime calls");
  return success();
}
