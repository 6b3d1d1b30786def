//===- VibPlan.cpp - How a kernel is divided and emitted ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

/// `10 x 2`.
static ParseResult parseSizes(AsmParser &parser, ArrayRef<int64_t *> sizes) {
  for (auto [i, size] : llvm::enumerate(sizes))
    if ((i != 0 && parser.parseKeyword("x")) || parseSize(parser, *size))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// CPUs and tiles
//===----------------------------------------------------------------------===//

Attribute CpuAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t vectorBits = 0;
  bool bf16 = false;
  if (FieldList(parser, name)
          .add(Count{"vector_bits"}, vectorBits)
          .add("bf16", bf16)
          .parse())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    vectorBits, bf16);
}

void CpuAttr::print(AsmPrinter &printer) const {
  printer << "<vector_bits = " << getVectorBits()
          << ", bf16 = " << (getBf16() ? "true" : "false") << '>';
}

LogicalResult CpuAttr::verify(EmitError emitError, int64_t vectorBits,
                              bool bf16) {
  if (vectorBits != 128 && vectorBits != 256 && vectorBits != 512)
    return emitError() << "expected vectors of 128, 256 or 512 bits but got "
                       << vectorBits;
  if (bf16 && vectorBits != 512)
    return emitError() << "expected vectors of 512 bits with bf16 but got "
                       << vectorBits;
  return success();
}

LogicalResult TileAttr::verify(EmitError emitError, StringRef dimension,
                               int64_t size) {
  if (dimension.empty() || size < 1)
    return emitError() << "expected a dimension and a size of at least 1 but "
                       << "got \"" << dimension << "\" and " << size;
  return success();
}

//===----------------------------------------------------------------------===//
// Contractions of a CPU
//===----------------------------------------------------------------------===//

Attribute RegisterTileAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t rows = 0, columns = 0, depth = 0;
  int64_t tileRows = 0, tileVectors = 0, terms = 1, block = 0, lines = 0;
  RegisterTileKind kind = RegisterTileKind::Columns;
  if (parser.parseLess() || parseSizes(parser, {&rows, &columns, &depth}) ||
      parser.parseComma() || parseWord(parser, kind) ||
      parseSizes(parser, {&tileRows, &tileVectors}))
    return {};
  if (succeeded(parser.parseOptionalKeyword("of")) && parseSize(parser, terms))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("block") || parser.parseEqual() ||
       parseSize(parser, block) ||
       (succeeded(parser.parseOptionalKeyword("x")) &&
        parseSize(parser, lines))))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    rows, columns, depth, kind, tileRows, tileVectors, terms,
                    block, lines);
}

void RegisterTileAttr::print(AsmPrinter &printer) const {
  printer << '<' << getRows() << " x " << getColumns() << " x " << getDepth()
          << ", " << stringifyEnum(getKind()) << ' ' << getTileRows() << " x "
          << getTileVectors();
  if (getTerms() != 1)
    printer << " of " << getTerms();
  if (getBlock() != 0)
    printer << ", block = " << getBlock();
  if (getLines() != 0)
    printer << " x " << getLines();
  printer << '>';
}

LogicalResult RegisterTileAttr::verify(EmitError emitError, int64_t rows,
                                       int64_t columns, int64_t depth,
                                       RegisterTileKind kind, int64_t tileRows,
                                       int64_t tileVectors, int64_t terms,
                                       int64_t block, int64_t lines) {
  for (int64_t size : {rows, columns, depth, tileRows, tileVectors, terms})
    if (size < 1)
      return emitError() << "expected sizes of at least 1 but got " << size;
  if (terms != 1 && kind != RegisterTileKind::Groups)
    return emitError() << "expected terms in groups only but got " << terms;
  if (block < 0)
    return emitError() << "expected blocks of at least 1 position but got "
                       << block;
  if (lines < 0)
    return emitError() << "expected blocks of at least 1 line but got "
                       << lines;
  if (lines != 0 && block != 1)
    return emitError() << "expected lines in blocks of 1 image only but got "
                       << block << " x " << lines;
  return success();
}

Attribute ContractionAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<RegisterTileAttr> tiles;
  Reader reader = Reader::None;
  int64_t pairs = 0;
  Packing windows = Packing::None;
  auto parseTile = [&]() -> ParseResult {
    auto tile =
        cast_or_null<RegisterTileAttr>(RegisterTileAttr::parse(parser, Type()));
    tiles.push_back(tile);
    return success(bool(tile));
  };
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseTile))
    return {};
  if (succeeded(parser.parseOptionalKeyword("reader")) &&
      (parser.parseEqual() || parseWord(parser, reader)))
    return {};
  if (succeeded(parser.parseOptionalKeyword("pairs")) &&
      (parser.parseEqual() || parseSize(parser, pairs)))
    return {};
  if (succeeded(parser.parseOptionalKeyword("windows")) &&
      (parser.parseEqual() || parseWord(parser, windows)))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    ArrayRef<RegisterTileAttr>(tiles), reader, pairs, windows);
}

void ContractionAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getTiles(), printer, [&](RegisterTileAttr tile) {
    printer.printStrippedAttrOrType(tile);
  });
  printer << ']';
  if (getReader() != Reader::None)
    printer << " reader = " << stringifyEnum(getReader());
  if (getPairs() != 0)
    printer << " pairs = " << getPairs();
  if (getWindows() != Packing::None)
    printer << " windows = " << stringifyEnum(getWindows());
  printer << '>';
}

LogicalResult ContractionAttr::verify(EmitError emitError,
                                      ArrayRef<RegisterTileAttr> tiles, Reader,
                                      int64_t pairs, Packing) {
  if (tiles.empty())
    return emitError() << "expected at least one register tile";
  if (pairs < 0)
    return emitError() << "expected pairs in blocks of at least 1 column but "
                       << "got " << pairs;
  auto getSizes = [](RegisterTileAttr tile) {
    return std::tuple(tile.getRows(), tile.getColumns(), tile.getDepth());
  };
  for (auto [i, tile] : llvm::enumerate(tiles))
    for (RegisterTileAttr other : tiles.take_front(i))
      if (getSizes(tile) == getSizes(other))
        return emitError() << "expected one register tile for each size but "
                           << "got " << other << " and " << tile;
  return success();
}

//===----------------------------------------------------------------------===//
// Packing and vectors
//===----------------------------------------------------------------------===//

Attribute PackedAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t rows = 0, columns = 0, depth = 0;
  Packing packing = Packing::None;
  if (parser.parseLess() || parseSizes(parser, {&rows, &columns, &depth}) ||
      parser.parseComma() || parseWord(parser, packing) ||
      parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    rows, columns, depth, packing);
}

void PackedAttr::print(AsmPrinter &printer) const {
  printer << '<' << getRows() << " x " << getColumns() << " x " << getDepth()
          << ", " << stringifyEnum(getPacking()) << '>';
}

LogicalResult PackedAttr::verify(EmitError emitError, int64_t rows,
                                 int64_t columns, int64_t depth,
                                 Packing packing) {
  for (int64_t size : {rows, columns, depth})
    if (size < 1)
      return emitError() << "expected sizes of at least 1 but got " << size;
  if (packing == Packing::None)
    return emitError() << "expected 'rows' or 'pairs' but got 'none': an "
                          "operand that is not packed is not listed";
  return success();
}

Attribute LoopVectorAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> sizes;
  int64_t lanes = 0;
  std::string along;
  if (parser.parseLess())
    return {};
  do {
    if (parseSize(parser, sizes.emplace_back()))
      return {};
  } while (succeeded(parser.parseOptionalKeyword("x")));
  if (parser.parseComma() || parseSize(parser, lanes) ||
      parser.parseKeyword("along") || parseText(parser, along))
    return {};
  bool flat = succeeded(parser.parseOptionalKeyword("flat"));
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    ArrayRef<int64_t>(sizes), lanes, StringRef(along), flat);
}

void LoopVectorAttr::print(AsmPrinter &printer) const {
  printer << '<';
  llvm::interleave(getSizes(), printer.getStream(), " x ");
  printer << ", " << getLanes() << " along ";
  printText(printer, getAlong());
  if (getFlat())
    printer << " flat";
  printer << '>';
}

LogicalResult LoopVectorAttr::verify(EmitError emitError,
                                     ArrayRef<int64_t> sizes, int64_t lanes,
                                     StringRef along, bool) {
  if (sizes.empty())
    return emitError() << "expected the extent of at least one loop";
  for (int64_t size : sizes)
    if (size < 1)
      return emitError() << "expected sizes of at least 1 but got " << size;
  if (lanes < 1)
    return emitError() << "expected at least one lane but got " << lanes;
  return verifyText(emitError, "along", along);
}

//===----------------------------------------------------------------------===//
// Blocks of a GPU
//===----------------------------------------------------------------------===//

static constexpr Count kBlockSizes[] = {{"rows"},      {"columns"},
                                        {"depth"},     {"stages", 2},
                                        {"warp_rows"}, {"warp_columns"}};

Attribute BlockAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t values[std::size(kBlockSizes)] = {};
  FieldList fields(parser, name);
  for (auto [size, value] : llvm::zip_equal(kBlockSizes, values))
    fields.add(size, value);
  if (fields.parse())
    return {};
  auto [rows, columns, depth, stages, warpRows, warpColumns] = values;
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    rows, columns, depth, stages, warpRows, warpColumns);
}

void BlockAttr::print(AsmPrinter &printer) const {
  printer << "<rows = " << getRows() << ", columns = " << getColumns()
          << ", depth = " << getDepth() << ", stages = " << getStages()
          << ", warp_rows = " << getWarpRows()
          << ", warp_columns = " << getWarpColumns() << '>';
}

LogicalResult BlockAttr::verify(EmitError emitError, int64_t rows,
                                int64_t columns, int64_t depth, int64_t stages,
                                int64_t warpRows, int64_t warpColumns) {
  int64_t values[] = {rows, columns, depth, stages, warpRows, warpColumns};
  for (auto [size, value] : llvm::zip_equal(kBlockSizes, values))
    if (failed(size.verify(emitError, value)))
      return failure();
  constexpr int64_t kWarps = 4;
  int64_t down = rows / warpRows, across = columns / warpColumns;
  if (rows % warpRows != 0 || columns % warpColumns != 0 || down > kWarps ||
      across > kWarps || down * across != kWarps)
    return emitError() << "expected a block of four warps, but parts of "
                       << warpRows << " x " << warpColumns << " do not divide "
                       << rows << " x " << columns << " into four";
  return success();
}
