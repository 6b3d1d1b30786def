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

using namespace mlir;
using namespace vib;

namespace {

class PlaceVerifier {
public:
  PlaceVerifier(ModuleOp module, StringRef what, int64_t bytes)
      : module(module), what(what), bytes(bytes) {}

  /// Adds the place of a tensor.
  LogicalResult add(DictionaryAttr entry, RankedTensorType type);
  /// Verifies that no two places overlap.
  LogicalResult finish();

private:
  struct Extent {
    int64_t begin, end;
    StringRef name;
  };

  /// The bytes that a tensor takes; none if its panels are not right.
  std::optional<int64_t> getBytes(DictionaryAttr entry, RankedTensorType type);

  ModuleOp module;
  StringRef what;
  int64_t bytes;
  SmallVector<Extent> extents;
};

} // namespace

static std::optional<int64_t> getInteger(DictionaryAttr entry, StringRef name) {
  auto attribute = entry.getAs<IntegerAttr>(name);
  if (!attribute || !attribute.getType().isSignlessInteger(64) ||
      attribute.getInt() < 0 || attribute.getInt() > kMostMemoryBytes)
    return std::nullopt;
  return attribute.getInt();
}

std::optional<int64_t> PlaceVerifier::getBytes(DictionaryAttr entry,
                                               RankedTensorType type) {
  int64_t element = getElementBytes(type.getElementType());
  if (!entry.contains("panel") && !entry.contains("panel_bytes")) {
    int64_t size = element;
    for (int64_t extent : type.getShape())
      if (llvm::MulOverflow(size, extent, size) || size > kMostMemoryBytes)
        return std::nullopt;
    return size;
  }
  std::optional<int64_t> columns = getInteger(entry, "panel");
  std::optional<int64_t> distance = getInteger(entry, "panel_bytes");
  if (type.getRank() != 2 || !columns || *columns < 1 || !distance ||
      *columns > kMostMemoryBytes / element / type.getDimSize(0) ||
      *distance < type.getDimSize(0) * *columns * element ||
      *distance % (*columns * element) != 0)
    return std::nullopt;
  int64_t panels = llvm::divideCeil(type.getDimSize(1), *columns);
  if (panels > kMostMemoryBytes / *distance)
    return std::nullopt;
  return panels * *distance;
}

LogicalResult PlaceVerifier::add(DictionaryAttr entry, RankedTensorType type) {
  auto name = entry.getAs<StringAttr>("name");
  std::optional<int64_t> begin = getInteger(entry, "offset");
  if (!begin || *begin % getElementBytes(type.getElementType()) != 0)
    return module.emitError("expected ")
           << name << " to have an offset that is a multiple of its elements, "
           << "but got " << entry.get("offset");
  std::optional<int64_t> size = getBytes(entry, type);
  if (!size)
    return module.emitError("expected ")
           << name << ", a " << type << ", to have panels of 'panel' columns "
           << "that are 'panel_bytes' apart, or neither, but got " << entry;
  if (*begin + *size > bytes)
    return module.emitError("expected ")
           << name << " to lie in the " << bytes << " bytes of " << what
           << ", but it takes " << *size << " bytes from byte " << *begin
           << " on";
  extents.push_back({*begin, *begin + *size, name.getValue()});
  return success();
}

LogicalResult PlaceVerifier::finish() {
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

static FailureOr<int64_t> getSize(ModuleOp module, StringRef name) {
  std::optional<int64_t> size = getInteger(module->getAttrDictionary(), name);
  if (!size)
    return module.emitError("expected ")
           << name << " to be an i64 of 0 to " << kMostMemoryBytes;
  return *size;
}

static LogicalResult verifyParameters(ModuleOp module, const Metadata &data,
                                      int64_t bytes) {
  PlaceVerifier verifier(module, "a block", bytes);
  auto entries = module->getAttrOfType<ArrayAttr>(kParametersAttrName);
  for (auto entry : entries.getAsRange<DictionaryAttr>()) {
    StringRef name = entry.getAs<StringAttr>("name").getValue();
    auto type = RankedTensorType::get(data.parameters.lookup(name), data.type);
    if (failed(verifier.add(entry, type)))
      return failure();
  }
  return verifier.finish();
}

/// The type of a tensor is that of its name. Where all readers round x to bf16,
/// it is bf16.
static FailureOr<RankedTensorType>
getType(ModuleOp module, const Metadata &data, DictionaryAttr entry) {
  auto name = entry.getAs<StringAttr>("name");
  auto attribute = entry.getAs<TypeAttr>("type");
  auto type = attribute ? dyn_cast<RankedTensorType>(attribute.getValue())
                        : RankedTensorType();
  RankedTensorType expected =
      name ? data.getTensorType(name) : RankedTensorType();
  bool isRounded =
      expected && data.roundsOperands && name == "x" &&
      type == expected.clone(BFloat16Type::get(module.getContext()));
  if (!expected || (type != expected && !isRounded)) {
    InFlightDiagnostic diagnostic =
        module.emitError("expected an entry of vib.tensors to be ");
    if (expected)
      diagnostic << name << ", a " << expected << " by vib.model";
    else
      diagnostic << "a tensor of the runtime";
    return diagnostic << ", but got " << entry;
  }
  for (NamedAttribute field : entry)
    if (!llvm::is_contained(ArrayRef<StringRef>{"name", "type", "offset",
                                                "panel", "panel_bytes",
                                                "internal"},
                            field.getName().getValue()))
      return module.emitError("found '")
             << field.getName().getValue() << "' in " << name
             << " of vib.tensors, which has no such field";
  return type;
}

static LogicalResult verifyTensors(ModuleOp module, const Metadata &data,
                                   int64_t bytes) {
  PlaceVerifier verifier(module, "the arena", bytes);
  llvm::SmallDenseSet<Attribute> names;
  for (Attribute attribute :
       module->getAttrOfType<ArrayAttr>(kTensorsAttrName)) {
    auto entry = cast<DictionaryAttr>(attribute);
    FailureOr<RankedTensorType> type = getType(module, data, entry);
    if (failed(type) || failed(verifier.add(entry, *type)))
      return failure();
    if (!names.insert(entry.get("name")).second)
      return module.emitError("two entries of vib.tensors have the name ")
             << entry.get("name");
    // Only other entries read the results of scale.
    if (Attribute internal = entry.get("internal");
        internal &&
        (!isa<UnitAttr>(internal) || entry.getAs<StringAttr>("name") != "x" ||
         !module.lookupSymbol("scale")))
      return module.emitError("expected ")
             << entry.get("name") << " without 'internal', which only the "
             << "result of @scale is, and without a value";
    // The runtime reads and writes rows. Only entries know of panels.
    if (entry.contains("panel") && !entry.contains("internal"))
      return module.emitError("expected ")
             << entry.get("name") << ", which the runtime reads, to have no "
             << "panels";
  }
  return verifier.finish();
}

LogicalResult vib::verifyPlaces(ModuleOp module) {
  for (StringRef name : {kParametersAttrName, kTensorsAttrName}) {
    auto entries = module->getAttrOfType<ArrayAttr>(name);
    if (!entries || !llvm::all_of(entries, llvm::IsaPred<DictionaryAttr>))
      return module.emitError("expected a memory plan, but ")
             << name << " is missing";
  }
  for (StringRef name : {kBlockBytesAttrName, kArenaBytesAttrName})
    if (!module->hasAttr(name))
      return module.emitError("expected a memory plan, but ")
             << name << " is missing";
  FailureOr<int64_t> block = getSize(module, kBlockBytesAttrName);
  FailureOr<int64_t> arena = getSize(module, kArenaBytesAttrName);
  if (failed(block) || failed(arena))
    return failure();
  if (!module->hasAttr("vib.model"))
    return success();
  FailureOr<Metadata> data = readMetadata(module);
  if (failed(data) || failed(verifyParameters(module, *data, *block)))
    return failure();
  return verifyTensors(module, *data, *arena);
}

LogicalResult vib::verifyEntries(ModuleOp module, ArrayRef<StringRef> extra) {
  if (!module->hasAttr("vib.model"))
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
