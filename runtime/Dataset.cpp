//===- Dataset.cpp - Inputs and labels of a split -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Dataset.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Idx.h"
#include "runtime/Npy.h"
#include "runtime/Npz.h"

#include <sys/stat.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace vib::runtime {

namespace {

/// Calls `visit` with a typed pointer to the array's elements.
template <typename Visitor>
void visitElements(const Array &array, Visitor visit) {
  const void *data = array.data.data();
  switch (array.type) {
  case ElementType::Bool:
  case ElementType::U8:
    return visit(static_cast<const uint8_t *>(data));
  case ElementType::I8:
    return visit(static_cast<const int8_t *>(data));
  case ElementType::U16:
    return visit(static_cast<const uint16_t *>(data));
  case ElementType::I16:
    return visit(static_cast<const int16_t *>(data));
  case ElementType::U32:
    return visit(static_cast<const uint32_t *>(data));
  case ElementType::I32:
    return visit(static_cast<const int32_t *>(data));
  case ElementType::U64:
    return visit(static_cast<const uint64_t *>(data));
  case ElementType::I64:
    return visit(static_cast<const int64_t *>(data));
  case ElementType::F32:
    return visit(static_cast<const float *>(data));
  case ElementType::F64:
    return visit(static_cast<const double *>(data));
  }
}

/// A tensor's shape without the batch.
std::vector<int64_t> rowShape(const VibTensor &tensor) {
  return {tensor.shape + 1, tensor.shape + tensor.rank};
}

int64_t product(const std::vector<int64_t> &shape) {
  int64_t result = 1;
  for (int64_t dim : shape)
    result *= dim;
  return result;
}

std::vector<int64_t> withoutOnes(std::vector<int64_t> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

/// Whether rows of one shape may stand for rows of the other: they are equal up
/// to dimensions of 1, or one of them is the other flattened.
bool sameRows(const std::vector<int64_t> &found,
              const std::vector<int64_t> &expected) {
  std::vector<int64_t> a = withoutOnes(found), b = withoutOnes(expected);
  if (a == b)
    return true;
  return product(a) == product(b) && (a.size() == 1 || b.size() == 1);
}

/// The largest magnitude that the model's type holds.
double largest(const VibModel &model) {
  return model.type == VIB_F64 ? DBL_MAX : double(FLT_MAX);
}

/// An Error for a value that the model cannot compute with.
[[noreturn]] void badValue(const std::string &source, const char *what,
                           int64_t row, double value) {
  fail("{}: {} of row {} (counted from 0): {}, expected a finite number that "
       "the model's type holds",
       source, what, row, value);
}

/// Reads the first of `name` and `name`.gz that is there, as IDX.
bool findIdx(const std::string &directory, const std::string &name,
             std::string &path) {
  for (const char *suffix : {"", ".gz"}) {
    path = joinPath(directory, name + suffix);
    if (fileExists(path))
      return true;
  }
  return false;
}

/// The arrays of a split, as they are in its files.
struct RawSplit {
  Array x, y;
  std::string xSource, ySource;
};

RawSplit readSplit(const std::string &directory, const std::string &name) {
  RawSplit raw;
  std::string prefix = name == "test" ? "t10k" : name;
  std::string images = prefix + "-images-idx3-ubyte";
  std::string labels = prefix + "-labels-idx1-ubyte";
  if (findIdx(directory, images, raw.xSource)) {
    if (!findIdx(directory, labels, raw.ySource))
      fail("{} has no labels: neither {} nor {}.gz is in {}", raw.xSource,
           labels, labels, directory);
    raw.x = readIdx(raw.xSource);
    raw.y = readIdx(raw.ySource);
    return raw;
  }
  std::string archive = joinPath(directory, name + ".npz");
  if (fileExists(archive)) {
    Npz npz(archive);
    raw.x = npz.read("x");
    raw.y = npz.read("y");
    raw.xSource = archive + ":x";
    raw.ySource = archive + ":y";
    return raw;
  }
  raw.xSource = joinPath(directory, name + "_x.npy");
  raw.ySource = joinPath(directory, name + "_y.npy");
  if (fileExists(raw.xSource)) {
    if (!fileExists(raw.ySource))
      fail("{} has no labels: {} is not there", raw.xSource, raw.ySource);
    raw.x = readNpy(raw.xSource);
    raw.y = readNpy(raw.ySource);
    return raw;
  }
  struct stat info;
  if (::stat(directory.c_str(), &info) != 0)
    fail("cannot read the data directory {}: {}", directory, strerror(errno));
  if (!S_ISDIR(info.st_mode))
    fail("{} is not a directory", directory);
  fail("no {} data in {}: looked for {}[.gz], {}.npz and {}_x.npy", name,
       directory, images, name, name);
}

/// Labels as classes, with their counts.
void readClasses(const Array &array, const VibModel &model, Labels &labels) {
  if (isFloat(array.type))
    fail("{}: the labels are {}, expected integers", labels.source,
         nameOf(array.type));
  if (array.shape.empty() || array.rowElements() != 1)
    fail("{}: labels of the shape {}, expected [N]", labels.source,
         formatShape(array.shape));
  labels.classes.resize(size_t(array.rows()));
  labels.counts.assign(size_t(model.outputs), 0);
  visitElements(array, [&](auto *values) {
    for (int64_t row = 0; row < array.rows(); ++row) {
      auto value = values[row];
      if (value < 0 || uint64_t(value) >= uint64_t(model.outputs))
        fail("{}: the label of row {} (counted from 0) is {}, expected 0 to {}",
             labels.source, row, +value, model.outputs - 1);
      labels.classes[size_t(row)] = int32_t(value);
      ++labels.counts[size_t(value)];
    }
  });
}

/// The elements as numbers that the model's type holds; `what` names one.
std::vector<double> readNumbers(const Array &array, const std::string &source,
                                const char *what, const VibModel &model) {
  int64_t width = array.rowElements();
  std::vector<double> numbers(size_t(array.rows() * width));
  double limit = largest(model);
  visitElements(array, [&](auto *values) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      double value = double(values[i]);
      if (!(std::fabs(value) <= limit))
        badValue(source, what, int64_t(i) / width, value);
      numbers[i] = value;
    }
  });
  return numbers;
}

void readTargets(const Array &array, const VibModel &model, Labels &labels) {
  if (array.shape.empty() || array.rowElements() != model.outputs)
    fail("{}: targets of the shape {}, expected {}", labels.source,
         formatShape(array.shape),
         model.outputs == 1 ? "[N] or [N, 1]"
                            : fmt::format("[N, {}]", model.outputs));
  labels.targets = readNumbers(array, labels.source, "the target", model);
}

/// A fast hash of 64 bits: eight bytes a multiplication.
class Hasher {
public:
  void add(uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 32;
  }

  void add(const void *data, size_t bytes) {
    const char *next = static_cast<const char *>(data);
    add(bytes);
    for (; bytes >= 8; next += 8, bytes -= 8) {
      uint64_t word;
      memcpy(&word, next, 8);
      add(word);
    }
    uint64_t word = 0;
    if (bytes)
      memcpy(&word, next, bytes);
    add(word);
  }

  std::string hex() const { return fmt::format("{:016x}", hash); }

private:
  uint64_t hash = 0;
};

/// Rows of a split on their way to the places of a batch.
template <typename From, typename To> struct Gather {
  const From *from;
  int64_t width;
  To *to;
  const uint32_t *indices; ///< Null: first, first + 1, ….
  int64_t first, count;

  int64_t rowAt(int64_t b) const {
    return indices ? int64_t(indices[b]) : first + b;
  }

  static constexpr int64_t shortBlock = 32;
  int64_t rowBytes() const { return width * int64_t(sizeof(From)); }

  /// Rows of a shuffled split are where no cache expects them.
  void prefetch(int64_t b) const {
    constexpr int64_t line = 64, enough = 1024;
    const char *begin = reinterpret_cast<const char *>(from + rowAt(b) * width);
    int64_t bytes = std::min(rowBytes(), enough);
    for (int64_t at = 0; at < bytes; at += line)
      __builtin_prefetch(begin + at);
  }

  void copyRow(const From *source, To *target) const {
    if constexpr (std::is_same_v<From, To>)
      memcpy(target, source, size_t(rowBytes()));
    else
      std::transform(source, source + width, target,
                     [](From value) { return To(value); });
  }

  void copyRows(int64_t begin, int64_t end) const {
    constexpr int64_t ahead = 4;
    for (int64_t b = begin; b < end; ++b) {
      if (b + ahead < end)
        prefetch(b + ahead);
      copyRow(from + rowAt(b) * width, to + b * width);
    }
  }

  /// Rows of so few lines are copied before a call of memcpy has begun, and the
  /// processor itself is rows ahead. What the copies might change, for all that
  /// the compiler knows, is in variables here.
  void copyShortRows(int64_t begin, int64_t end) const {
    const char *source = reinterpret_cast<const char *>(from);
    char *target = reinterpret_cast<char *>(to + begin * width);
    const uint32_t *places = indices;
    int64_t start = first, bytes = rowBytes(), rest = bytes - shortBlock;
    for (int64_t b = begin; b < end; ++b, target += bytes) {
      const char *row = source + (places ? places[b] : start + b) * bytes;
      for (int64_t at = 0; at < rest; at += shortBlock)
        memcpy(target + at, row + at, shortBlock);
      memcpy(target + rest, row + rest, shortBlock);
    }
  }

  void copy(int64_t begin, int64_t end) const {
    if constexpr (std::is_same_v<From, To>)
      if (rowBytes() >= shortBlock && rowBytes() <= 8 * shortBlock)
        return copyShortRows(begin, end);
    if (width != 1)
      return copyRows(begin, end);
    for (int64_t b = begin; b < end; ++b)
      to[b] = To(from[rowAt(b)]);
  }

  /// Fills the places [begin, end); those from `count` on become 0.
  void run(int64_t begin, int64_t end) const {
    int64_t last = std::max(begin, std::min(end, count));
    copy(begin, last);
    std::fill(to + last * width, to + end * width, To(0));
  }
};

/// Gathers a batch, of `batch` rows, on the threads of a pool; the call that a
/// launch hands on has the Gather in place of an arena.
template <typename From, typename To>
void gatherRows(Gather<From, To> gather, int64_t rows, int64_t batch,
                VibPool *pool) {
  if (gather.count < 0 || gather.count > batch)
    fail("{} rows asked for, a batch has {}", gather.count, batch);
  int64_t end = gather.first + gather.count;
  if (!gather.indices && gather.count > 0 && (gather.first < 0 || end > rows))
    fail("row {} asked for, the split has {}",
         gather.first < 0 ? gather.first : std::max(gather.first, rows), rows);
  // What takes a thread two microseconds from main memory.
  constexpr int64_t bytesOfThread = 20000;
  int64_t rowBytes = gather.width * int64_t(sizeof(From));
  VibCall call = {};
  call.arena = &gather;
  call.pool = pool;
  auto kernel = [](const VibCall *launched, int64_t begin, int64_t end) {
    static_cast<Gather<From, To> *>(launched->arena)->run(begin, end);
  };
  vib_launch(&call, kernel, batch,
             bytesOfThread / std::max<int64_t>(rowBytes, 1) + 1, -1);
}

} // namespace

const VibTensor *findTensor(const VibModel &model, const char *name) {
  for (uint32_t i = 0; i < model.num_tensors; ++i)
    if (strcmp(model.tensors[i].name, name) == 0)
      return &model.tensors[i];
  return nullptr;
}

const VibTensor &getTensor(const VibModel &model, const char *name) {
  if (const VibTensor *tensor = findTensor(model, name))
    return *tensor;
  fail("the program is damaged: the model {} has no tensor '{}'", model.name,
       name);
}

bool scalesInput(const VibModel &model) {
  if (!model.gpu)
    return model.scale;
  const VibLaunch *launches = model.gpu->launches;
  return std::any_of(
      launches, launches + model.gpu->num_launches,
      [](const VibLaunch &launch) { return launch.entry == VIB_GPU_SCALE; });
}

const VibTensor &inputTensor(const VibModel &model) {
  return getTensor(model, scalesInput(model) ? "image" : "x");
}

Inputs makeInputs(Array array, std::string source, const VibModel &model) {
  const VibTensor &tensor = inputTensor(model);
  bool bytes = tensor.type == VIB_U8;
  if (bytes && array.type != ElementType::U8)
    fail("{}: the inputs are {}, expected uint8, which the model scales",
         source, nameOf(array.type));
  if (!bytes && !isFloat(array.type))
    fail("{}: the inputs are {}, expected float32 or float64: the model does "
         "not scale its input",
         source, nameOf(array.type));
  std::vector<int64_t> expected = rowShape(tensor);
  std::vector<int64_t> found = array.shape;
  if (!found.empty())
    found.erase(found.begin());
  if (array.shape.empty() || !sameRows(found, expected)) {
    std::vector<std::string> dims{"N"};
    for (int64_t dim : expected)
      dims.push_back(std::to_string(dim));
    fail("{}: inputs of the shape {}, expected [{}]{}", source,
         formatShape(array.shape), fmt::join(dims, ", "),
         expected.size() > 1 ? fmt::format(" or [N, {}]", product(expected))
                             : "");
  }
  if (array.rows() == 0)
    fail("{}: no rows", source);

  Inputs inputs;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -minimum;
  double limit = largest(model);
  visitElements(array, [&](auto *values) {
    int64_t width = array.rowElements();
    for (int64_t i = 0; i < array.rows() * width; ++i) {
      double value = double(values[i]);
      if (!(std::fabs(value) <= limit))
        badValue(source, "an input", i / width, value);
      minimum = std::min(minimum, value);
      maximum = std::max(maximum, value);
    }
  });
  inputs.minimum = minimum;
  inputs.maximum = maximum;
  inputs.array = std::move(array);
  inputs.source = std::move(source);
  return inputs;
}

Labels makeLabels(const Array &array, std::string source,
                  const VibModel &model) {
  Labels labels;
  labels.source = std::move(source);
  if (model.likelihood == VIB_CATEGORICAL)
    readClasses(array, model, labels);
  else
    readTargets(array, model, labels);
  return labels;
}

Split loadSplit(const std::string &directory, const std::string &name,
                const VibModel &model) {
  RawSplit raw = readSplit(directory, name);
  if (!raw.x.shape.empty() && !raw.y.shape.empty() &&
      raw.x.rows() != raw.y.rows())
    fail("{} has {} rows, {} has {}: expected the same number", raw.xSource,
         raw.x.rows(), raw.ySource, raw.y.rows());
  Split split;
  split.name = name;
  split.inputs = makeInputs(std::move(raw.x), std::move(raw.xSource), model);
  split.labels = makeLabels(raw.y, std::move(raw.ySource), model);
  return split;
}

Inputs loadInputs(const std::string &path, const VibModel &model) {
  return makeInputs(readNpy(path), path, model);
}

std::vector<double> loadLatents(const std::string &path,
                                const VibModel &model) {
  Array array = readNpy(path);
  if (!isFloat(array.type))
    fail("{}: the latents are {}, expected float32 or float64", path,
         nameOf(array.type));
  if (array.shape.size() != 2 || array.shape[1] != model.latents)
    fail("{}: latents of the shape {}, expected [N, {}]", path,
         formatShape(array.shape), model.latents);
  if (array.rows() == 0)
    fail("{}: no rows", path);
  return readNumbers(array, path, "a latent", model);
}

std::string fingerprint(const Split &split) {
  Hasher hasher;
  const Array &array = split.inputs.array;
  hasher.add(uint64_t(array.type));
  hasher.add(uint64_t(array.rows()));
  hasher.add(array.data.data(), array.data.size());
  const Labels &labels = split.labels;
  hasher.add(labels.classes.data(), labels.classes.size() * sizeof(int32_t));
  hasher.add(labels.targets.data(), labels.targets.size() * sizeof(double));
  return hasher.hex();
}

void gatherInputs(const VibModel &model, void *arena, const Inputs &inputs,
                  const uint32_t *indices, int64_t first, int64_t count,
                  VibPool *pool) {
  const VibTensor &tensor = inputTensor(model);
  int64_t width = inputs.array.rowElements();
  visitElements(inputs.array, [&](auto *from) {
    auto gather = [&](auto *to) {
      gatherRows(
          Gather<std::remove_const_t<std::remove_pointer_t<decltype(from)>>,
                 std::remove_pointer_t<decltype(to)>>{from, width, to, indices,
                                                      first, count},
          inputs.rows(), tensor.shape[0], pool);
    };
    switch (tensor.type) {
    case VIB_U8:
      return gather(tensorData<uint8_t>(tensor, arena));
    case VIB_F32:
      return gather(tensorData<float>(tensor, arena));
    default:
      return gather(tensorData<double>(tensor, arena));
    }
  });
}

void gatherLabels(const VibModel &model, void *arena, const Labels &labels,
                  const uint32_t *indices, int64_t first, int64_t count) {
  const VibTensor &tensor = getTensor(model, "y");
  int64_t width = model.likelihood == VIB_CATEGORICAL ? 1 : model.outputs;
  auto gather = [&](const auto &from, auto *to) {
    gatherRows(Gather<std::decay_t<decltype(from[0])>,
                      std::remove_pointer_t<decltype(to)>>{from.data(), width,
                                                           to, indices, first,
                                                           count},
               int64_t(from.size()) / width, tensor.shape[0], nullptr);
  };
  if (model.likelihood == VIB_CATEGORICAL)
    gather(labels.classes, tensorData<int32_t>(tensor, arena));
  else if (tensor.type == VIB_F32)
    gather(labels.targets, tensorData<float>(tensor, arena));
  else
    gather(labels.targets, tensorData<double>(tensor, arena));
}

} // namespace vib::runtime
