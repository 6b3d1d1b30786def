//===- Validation.cpp - Validation data -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Validation.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"
#include "runtime/Metrics.h"
#include "runtime/Shuffle.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace vib::runtime {

std::optional<ValidationChoice> parseValidation(const std::string &text) {
  ValidationChoice choice;
  double number = 0;
  const char *end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::invalid_argument || rest != end) {
    choice.folder = text;
    return choice;
  }
  if (number > 0 && number < 1) {
    choice.share = number;
    return choice;
  }
  bool isWhole = text.find_first_not_of("0123456789") == std::string::npos;
  if (error != std::errc() || !isWhole || number < 1 ||
      number >= double(maxRows))
    return std::nullopt;
  choice.count = int64_t(number);
  return choice;
}

int64_t countValidationRows(const ValidationChoice &choice, int64_t rows) {
  int64_t count = choice.share > 0 ? std::llround(choice.share * double(rows))
                                   : choice.count;
  if (count < 1)
    fail("--validation: {:g} of {} is less than a row: give a larger share",
         choice.share, counted(rows, "training example"));
  if (count >= rows)
    fail("--validation: {} of {} would leave none to train on: give fewer",
         grouped(count), counted(rows, "training example"));
  return count;
}

DividedRows divideRows(uint64_t seed, int64_t rows, int64_t count) {
  std::vector<uint32_t> order;
  permuteRows(seed, Purpose::Validation, 0, rows, order);
  auto middle = order.begin() + count;
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  return {{middle, order.end()}, {order.begin(), middle}};
}

static Array copyRows(const Array &array, const std::vector<uint32_t> &rows,
                      const std::string &source) {
  size_t width = size_t(array.rowElements()) * sizeOf(array.type);
  requireMemory(width * rows.size(), source);
  Array copy;
  copy.type = array.type;
  copy.shape = array.shape;
  copy.shape.front() = int64_t(rows.size());
  copy.data.resize(width * rows.size());
  for (size_t i = 0; i < rows.size() && width > 0; ++i)
    memcpy(&copy.data[i * width], array.elements() + rows[i] * width, width);
  return copy;
}

static Labels copyRows(const Labels &labels, int64_t all,
                       const std::vector<uint32_t> &rows) {
  Labels copy;
  copy.source = labels.source;
  copy.type = labels.type;
  copy.isBinary = labels.isBinary;
  copy.counts.resize(labels.counts.size());
  size_t width = labels.targets.size() / size_t(all);
  for (uint32_t row : rows) {
    if (!labels.classes.empty()) {
      copy.classes.push_back(labels.classes[row]);
      ++copy.counts[size_t(labels.classes[row])];
    }
    auto first = labels.targets.begin() + ptrdiff_t(row * width);
    copy.targets.insert(copy.targets.end(), first, first + ptrdiff_t(width));
  }
  return copy;
}

Split copyRows(const Split &split, const std::vector<uint32_t> &rows,
               const std::string &name) {
  Split copy;
  copy.name = name;
  for (const Inputs &inputs : split.inputs) {
    Inputs part;
    part.source = inputs.source;
    part.file = inputs.file;
    part.array = copyRows(inputs.array, rows, inputs.source);
    part.minimum = inputs.minimum;
    part.maximum = inputs.maximum;
    part.rootMeanSquare = inputs.rootMeanSquare;
    copy.inputs.push_back(std::move(part));
  }
  for (const Labels &labels : split.labels)
    copy.labels.push_back(copyRows(labels, split.rows(), rows));
  return copy;
}

std::vector<double> entropiesWithout(const Split &all, const Split &part) {
  std::vector<double> entropies;
  for (size_t i = 0; i < all.labels.size(); ++i) {
    Labels rest;
    rest.counts = all.labels[i].counts;
    for (size_t label = 0; label < rest.counts.size(); ++label)
      rest.counts[label] -= part.labels[i].counts[label];
    entropies.push_back(labelEntropy(rest));
  }
  return entropies;
}

} // namespace vib::runtime
