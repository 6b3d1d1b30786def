//===- Dimensions.cpp - The names of the dimensions of a kernel -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Dimensions.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace vib;

/// The role of a loop in an op, by which its dimension is named.
static StringRef getRole(linalg::LinalgOp op, unsigned loop) {
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  if (kinds[loop] == utils::IteratorType::reduction)
    return "k";
  unsigned after = llvm::count(ArrayRef(kinds).drop_front(loop + 1),
                               utils::IteratorType::parallel);
  return after == 0 ? "n" : after == 1 ? "m" : "b";
}

DimensionNames vib::setDimensions(KernelOp kernel, const KernelSpace &space) {
  Builder builder(kernel.getContext());
  llvm::StringSet<> taken;
  DimensionNames names(space.getNumClasses());
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    SmallVector<Attribute> loops;
    for (auto [loop, cls] : llvm::enumerate(space.getLoopClasses(op))) {
      StringRef &name = names[cls];
      for (unsigned i = 1; name.empty(); ++i) {
        std::string candidate = getRole(op, loop).str();
        if (i > 1)
          candidate += std::to_string(i);
        if (taken.insert(candidate).second)
          name = builder.getStringAttr(candidate).getValue();
      }
      loops.push_back(builder.getStringAttr(name));
    }
    op->setAttr(kLoopsAttrName, builder.getArrayAttr(loops));
  }
  return names;
}

FailureOr<DimensionNames> vib::getDimensions(KernelOp kernel,
                                             const KernelSpace &space) {
  DimensionNames names(space.getNumClasses());
  llvm::StringMap<unsigned> classes;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    auto loops = op->getAttrOfType<ArrayAttr>(kLoopsAttrName);
    if (!loops || loops.size() != op.getNumLoops() ||
        !llvm::all_of(loops, llvm::IsaPred<StringAttr>))
      return op->emitOpError("expected ") << kLoopsAttrName << " to name its "
                                          << op.getNumLoops() << " loops";
    for (auto [cls, attribute] :
         llvm::zip_equal(space.getLoopClasses(op), loops)) {
      StringRef name = cast<StringAttr>(attribute).getValue();
      if (name.empty())
        return op->emitOpError("expected no empty name in ") << kLoopsAttrName;
      auto [it, inserted] = classes.try_emplace(name, cls);
      if (it->second != cls)
        return op->emitOpError("calls a loop '")
               << name << "', which is the name of another dimension of its "
               << "kernel";
      if (!names[cls].empty() && names[cls] != name)
        return op->emitOpError("calls a loop '")
               << name << "', but it visits the axis that other ops call '"
               << names[cls] << "'";
      names[cls] = name;
    }
  }
  return names;
}

FailureOr<Tile> vib::lookupTile(KernelOp kernel, ArrayRef<StringRef> names,
                                TileAttr tile, const Twine &where) {
  const StringRef *found = llvm::find(names, tile.getDimension());
  if (found != names.end())
    return Tile{unsigned(found - names.begin()), tile.getSize()};
  auto isNamed = [](StringRef name) { return !name.empty(); };
  return kernel.emitOpError("divides '")
         << tile.getDimension() << "'" << where
         << ", expected one of its dimensions: "
         << llvm::join(llvm::make_filter_range(names, isNamed), ", ");
}

FailureOr<std::optional<Tile>>
vib::getTile(KernelOp kernel, ArrayRef<StringRef> names, StringRef name) {
  Attribute attribute = kernel->getAttr(name);
  if (!attribute)
    return std::optional<Tile>();
  auto tile = dyn_cast<TileAttr>(attribute);
  if (!tile)
    return kernel.emitOpError("expected ")
           << name << " to be a #vib.tile but got " << attribute;
  FailureOr<Tile> found = lookupTile(kernel, names, tile, " in " + name);
  if (failed(found))
    return failure();
  return std::optional<Tile>(*found);
}
