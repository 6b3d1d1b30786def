//===- LibraryData.cpp - Data of the library's callers --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Library.h"
#include "runtime/ModelLists.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace vib::runtime {

static std::optional<ElementType> findType(std::string_view name) {
  for (ElementType type :
       {ElementType::Bool, ElementType::U8, ElementType::I8, ElementType::U16,
        ElementType::I16, ElementType::U32, ElementType::I32, ElementType::U64,
        ElementType::I64, ElementType::F32, ElementType::F64})
    if (name == nameOf(type))
      return type;
  return std::nullopt;
}

NamedArray borrow(const VibArray &given, const std::string &what) {
  if (!given.name || !given.type || (given.rank > 0 && !given.shape))
    throw WrongData("an array needs a name, a type and a shape, and one of "
                    "these is null");
  NamedArray named;
  named.source =
      what.empty() ? given.name : fmt::format("{} {}", what, given.name);
  std::optional<ElementType> type = findType(given.type);
  if (!type)
    throw WrongData(
        fmt::format("{}: elements of the type {}, expected float32, "
                    "float64, an integer type or bool",
                    named.source, given.type));
  Array &array = named.array;
  array.type = *type;
  array.shape.assign(given.shape, given.shape + given.rank);
  int64_t elements = 0;
  if (!countElements(array.shape, sizeOf(*type), elements))
    throw WrongData(fmt::format("{}: the shape {} is impossible", named.source,
                                formatShape(array.shape)));
  if (elements > 0 && !given.data)
    throw WrongData(fmt::format("{}: the address of {} is null", named.source,
                                counted(elements, "element")));
  if (elements > 0 && uintptr_t(given.data) % sizeOf(*type) != 0)
    throw WrongData(fmt::format("{}: the elements are not aligned to their "
                                "size of {} bytes",
                                named.source, sizeOf(*type)));
  array.borrowed = given.data;
  return named;
}

namespace {

/// Finds the arrays of a data set by their names.
class Finder {
public:
  Finder(const VibArray *arrays, size_t count, const std::string &what)
      : given(arrays, arrays + count), isUsed(count), what(what) {
    for (const VibArray &array : given)
      if (!array.name)
        throw WrongData("the name of an array is null");
  }

  /// The array with one of these names, of which the second may be null.
  std::optional<NamedArray> find(const char *name, const char *other) {
    std::optional<size_t> found;
    for (size_t i = 0; i < given.size(); ++i) {
      std::string_view its = given[i].name;
      if (its != name && !(other && its == other))
        continue;
      if (found)
        throw WrongData(
            fmt::format("the arrays {} and {} are the same input or "
                        "target of the model: give one of them",
                        given[*found].name, its));
      found = i;
    }
    if (!found)
      return std::nullopt;
    isUsed[*found] = true;
    return borrow(given[*found], what);
  }

  /// "a, b", or "none".
  std::string names() const {
    std::vector<std::string> all;
    for (const VibArray &array : given)
      all.push_back(array.name);
    return all.empty() ? "none" : listNames(all);
  }

  /// The name of an array that was not asked for, or null.
  const char *findUnused() const {
    for (size_t i = 0; i < given.size(); ++i)
      if (!isUsed[i])
        return given[i].name;
    return nullptr;
  }

private:
  std::vector<VibArray> given;
  std::vector<bool> isUsed;
  const std::string &what;
};

/// "image (or x)".
std::string describeNames(const std::string &name, const char *other) {
  return other && name != other ? fmt::format("{} (or {})", name, other) : name;
}

void requireRows(const NamedArray &array, const NamedArray &first) {
  if (array.array.shape.empty())
    throw WrongData(fmt::format("{} is a single number: expected an array with "
                                "a row for each example",
                                array.source));
  if (array.array.rows() != first.array.rows())
    throw WrongData(fmt::format(
        "{} has {}, {} has {}: expected the same number", first.source,
        counted(first.array.rows(), "row"), array.source, array.array.rows()));
}

std::unique_ptr<VibData> makeData(const VibModel &model,
                                  const std::string &what,
                                  const VibArray *arrays, size_t count) {
  std::vector<const VibTarget *> targets;
  for (const VibTarget &target : targetsOf(model))
    if (!isReconstruction(target))
      targets.push_back(&target);
  // As the files of a data folder may be named.
  bool hasShortNames = model.num_inputs == 1 && targets.size() <= 1;
  const char *x = hasShortNames ? "x" : nullptr;
  const char *y = hasShortNames ? "y" : nullptr;

  Finder finder(arrays, count, what);
  std::vector<NamedArray> inputs;
  auto data = std::make_unique<VibData>();
  data->what = what;
  std::string expected;
  for (const VibInput &input : inputsOf(model)) {
    std::string its = describeNames(input.name, x);
    std::optional<NamedArray> found = finder.find(input.name, x);
    if (!found)
      throw WrongData(
          fmt::format("{}{}no array named {}, an input of the model; found {}",
                      what, what.empty() ? "" : ": ", its, finder.names()));
    inputs.push_back(std::move(*found));
    requireRows(inputs.back(), inputs.front());
    expected += (expected.empty() ? "" : ", ") + its;
  }
  for (const VibTarget *target : targets) {
    if (std::optional<NamedArray> found = finder.find(target->name, y))
      data->labels.push_back(std::move(*found));
    expected += ", " + describeNames(target->name, y);
  }
  for (const NamedArray &labels : data->labels)
    requireRows(labels, inputs.front());
  if (const char *unused = finder.findUnused())
    throw WrongData(fmt::format("{}{}the model has no input or target named "
                                "{}: expected {}",
                                what, what.empty() ? "" : ": ", unused,
                                expected));
  if (!data->labels.empty() && data->labels.size() < targets.size())
    throw WrongData(fmt::format("{}{}expected arrays for all targets or for "
                                "none: {}; found {}",
                                what, what.empty() ? "" : ": ", expected,
                                finder.names()));
  for (NamedArray &input : inputs)
    data->inputs.push_back(checkData([&] {
      return makeInputs(std::move(input.array), input.source, model,
                        uint32_t(data->inputs.size()));
    }));
  return data;
}

} // namespace

} // namespace vib::runtime

using namespace vib::runtime;

Split VibData::split(const std::string &name, const VibModel &model,
                     uint64_t firstLabel) const {
  size_t wanted = 0;
  for (const VibTarget &target : targetsOf(model))
    wanted += !isReconstruction(target);
  if (labels.size() != wanted)
    throw WrongData(fmt::format(
        "{} data have no labels, expected {}", what.empty() ? name : what,
        wanted == 1
            ? "those of the target " + std::string(model.targets[0].name)
            : "those of all targets"));
  return checkData(
      [&] { return makeSplit(name, inputs, labels, model, firstLabel); });
}

VibStatus vib_data(const VibProgram *program, const char *what,
                   const VibArray *arrays, size_t count, VibData **data) {
  *data = nullptr;
  return guard([&] {
    *data =
        makeData(*program->model, what ? what : "", arrays, count).release();
  });
}

void vib_data_free(VibData *data) { delete data; }
