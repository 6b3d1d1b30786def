//===- Dataset.cpp - Inputs and labels of a split -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Dataset.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

namespace vib::runtime {

namespace {

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

/// Whether rows of the shape `found` can be used as rows of the expected shape:
/// the shapes are equal except for dimensions of 1, or `found` is the expected
/// shape flattened, or images of one channel are expected flattened. There is
/// no usual order in which to flatten more than two dimensions, so the user has
/// to do it.
bool fits(const std::vector<int64_t> &found,
          const std::vector<int64_t> &expected) {
  std::vector<int64_t> a = withoutOnes(found), b = withoutOnes(expected);
  if (a == b)
    return true;
  return product(a) == product(b) &&
         (a.size() == 1 || (a.size() == 2 && b.size() == 1));
}

/// The shape of an array of such rows, as text: "[N, 28, 28]".
std::string formatRows(const std::vector<int64_t> &row) {
  std::string text = "[N";
  for (int64_t dim : row)
    text += fmt::format(", {}", dim);
  return text + "]";
}

/// Advice for rows that have the declared dimensions in another order, such as
/// images with the channels first: the call that reorders them.
std::string adviseOrder(const std::vector<int64_t> &found,
                        const std::vector<int64_t> &expected) {
  if (expected.size() == 1 && product(found) == expected.front())
    return "; x.reshape(len(x), -1) in NumPy flattens them, if the order of "
           "the dimensions (channels first or last?) is the one that is meant";
  if (!std::is_permutation(found.begin(), found.end(), expected.begin(),
                           expected.end()))
    return "";
  std::vector<bool> taken(found.size());
  std::string axes = "0";
  for (int64_t dim : expected)
    for (size_t i = 0; i < found.size(); ++i)
      if (!taken[i] && found[i] == dim) {
        taken[i] = true;
        axes += fmt::format(", {}", i + 1);
        break;
      }
  return fmt::format("; these are the same dimensions in another order{}: "
                     "x.transpose({}) reorders them in NumPy",
                     found.size() > 2 ? " (channels first or last?)" : "",
                     axes);
}

/// The largest finite number of the model's type.
double largest(const VibModel &model) {
  return model.type == VIB_F64 ? DBL_MAX : double(FLT_MAX);
}

/// Throws an Error for a value that the model cannot represent.
[[noreturn]] void badValue(const std::string &source, const char *what,
                           int64_t row, double value) {
  fail("{}: {} of row {} (counted from 0) is {}, expected a finite number in "
       "the range of the model's type",
       source, what, row, value);
}

/// The shape of a row in an array of rows.
std::vector<int64_t> rowShape(const ArrayHeader &header) {
  return {header.shape.begin() + !header.shape.empty(), header.shape.end()};
}

/// Whether the columns of a matrix are what was expected as its rows.
bool isTransposed(const ArrayHeader &header,
                  const std::vector<int64_t> &expected) {
  return header.shape.size() == 2 && expected.size() == 1 &&
         header.shape.front() == expected.front();
}

void checkInputs(const ArrayHeader &header, const VibModel &model,
                 uint32_t input) {
  bool bytes = inputTensor(model, input).type == VIB_U8,
       tokens = hasTokens(model.inputs[input]);
  if (tokens && isFloat(header.type))
    fail("{}: the inputs are {}, expected integers, because the model reads "
         "tokens from 0 to {}: convert them with x.astype('int32') in NumPy",
         header.source, nameOf(header.type), model.inputs[input].values - 1);
  if (bytes && header.type != ElementType::U8)
    fail("{}: the inputs are {}, expected uint8, which the model scales",
         header.source, nameOf(header.type));
  if (!bytes && !tokens && !isFloat(header.type))
    fail("{}: the inputs are {}, expected float32 or float64{}: convert them "
         "with x.astype('float32') in NumPy{}",
         header.source, nameOf(header.type),
         model.inputs[input].scaled
             ? ""
             : ", because the model does not scale its input",
         header.type == ElementType::U8
             ? ", or use vib.scale in a model whose input is ui8"
             : "");
  std::vector<int64_t> expected = inputShape(model, input),
                       found = rowShape(header);
  if (header.shape.empty() || !fits(found, expected))
    fail("{}: inputs of the shape {}, expected {}{}{}", header.source,
         formatShape(header.shape), formatRows(expected),
         expected.size() > 1 ? fmt::format(" or [N, {}]", product(expected))
                             : "",
         isTransposed(header, expected) ? "; x.T in NumPy transposes them"
                                        : adviseOrder(found, expected));
  if (header.shape.front() == 0)
    fail("{}: no rows, expected at least one", header.source);
  if (header.shape.front() > maxRows)
    fail("{}: {} rows, expected at most {}, because the noise of an evaluation "
         "numbers them in 32 bits: divide the data",
         header.source, header.shape.front(), maxRows);
}

void checkLabels(const ArrayHeader &header, const VibTarget &target) {
  const std::vector<int64_t> &shape = header.shape;
  if (!hasClasses(target)) {
    if (shape.empty() ||
        withoutOnes(rowShape(header)) != withoutOnes({target.outputs}))
      fail("{}: targets of the shape {}, expected {}{}", header.source,
           formatShape(shape),
           target.outputs == 1 ? "[N] or [N, 1]" : formatRows({target.outputs}),
           isTransposed(header, {target.outputs})
               ? "; y.T in NumPy transposes them"
               : "");
    return;
  }
  if (shape.empty() || product(rowShape(header)) != 1)
    fail("{}: labels of the shape {}, expected [N]{}", header.source,
         formatShape(shape),
         shape.size() == 2 && shape.back() == target.outputs
             ? "; for one-hot labels use y.argmax(1) in NumPy"
             : "");
  if (isFloat(header.type))
    fail("{}: the labels are {}, expected integers; if they are the numbers of "
         "classes, convert them with y.astype(int) in NumPy, and if they are "
         "measured values, the model needs a normal likelihood (a regression)",
         header.source, nameOf(header.type));
}

/// Advice for labels that are not the numbers of the classes: where they are in
/// a range of the right length, or are no more than the classes. Their type T
/// may be unsigned.
template <typename T>
std::string adviseLabels(const T *begin, const T *end,
                         const VibTarget &target) {
  auto [least, most] = std::minmax_element(begin, end);
  uint64_t classes = uint64_t(target.outputs);
  if (*least >= 0 && uint64_t(*most) - uint64_t(*least) < classes)
    return fmt::format("; if {0} is the label of the first class, give "
                       "--first-label {0}",
                       +*least);
  std::set<T> values;
  for (const T *value = begin; value != end && values.size() <= classes;
       ++value)
    values.insert(*value);
  if (values.size() > classes)
    return "";
  return "; np.unique(y, return_inverse=True)[1] in NumPy numbers them from 0";
}

/// Reads labels as classes, and counts the rows of each class.
void readClasses(const Array &array, const VibTarget &target, uint64_t first,
                 Labels &labels) {
  int64_t rows = array.rows();
  requireMemory(uint64_t(rows) * sizeof(int32_t), labels.source);
  labels.classes.resize(size_t(rows));
  labels.counts.assign(size_t(target.outputs), 0);
  visitElements(array, [&](auto *values) {
    for (int64_t row = 0; row < rows; ++row) {
      auto value = values[row];
      if (value < 0 || uint64_t(value) < first ||
          uint64_t(value) - first >= uint64_t(target.outputs)) {
        auto [least, most] = std::minmax_element(values, values + rows);
        fail("{}: the label of row {} (counted from 0) is {}, expected {} to "
             "{}: the labels go from {} to {}, and the model has {} classes{}",
             labels.source, row, +value, first,
             first + uint64_t(target.outputs) - 1, +*least, +*most,
             target.outputs, adviseLabels(values, values + rows, target));
      }
      uint64_t number = uint64_t(value) - first;
      labels.classes[size_t(row)] = int32_t(number);
      ++labels.counts[size_t(number)];
    }
  });
}

/// The elements as numbers, each within the range of the model's type. `what`
/// names an element in messages.
std::vector<double> readNumbers(const Array &array, const std::string &source,
                                const char *what, const VibModel &model) {
  int64_t width = array.rowElements();
  requireMemory(uint64_t(array.rows() * width) * sizeof(double), source);
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

void readTargets(const Array &array, const VibTarget &target,
                 const VibModel &model, Labels &labels) {
  labels.targets = readNumbers(array, labels.source, "the target", model);
  if (!isOfUnitInterval(target))
    return;
  labels.isBinary = true;
  for (size_t i = 0; i < labels.targets.size(); ++i) {
    double value = labels.targets[i];
    if (!(value >= 0 && value <= 1))
      fail("{}: a target of row {} (counted from 0) is {}, expected 0 to 1, "
           "because the likelihood is vib.bernoulli",
           labels.source, i / size_t(target.outputs), value);
    labels.isBinary &= value == 0 || value == 1;
  }
}

/// A fast hash of 64 bits, with one multiplication for eight bytes.
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

const VibTensor &inputTensor(const VibModel &model, uint32_t input) {
  return getTensor(model, model.inputs[input].tensor);
}

std::vector<int64_t> inputShape(const VibModel &model, uint32_t input) {
  const VibInput &of = model.inputs[input];
  return {of.shape, of.shape + of.rank};
}

/// Reads tokens as int32, which is what the model reads.
static Array readTokens(const Array &array, const std::string &source,
                        const VibInput &input) {
  int64_t width = array.rowElements(), count = array.rows() * width;
  requireMemory(uint64_t(count) * sizeof(int32_t), source);
  Array tokens;
  tokens.type = ElementType::I32;
  tokens.shape = array.shape;
  tokens.data.resize(size_t(count) * sizeof(int32_t));
  visitElements(array, [&](auto *values) {
    for (int64_t i = 0; i < count; ++i) {
      auto value = values[i];
      if (value < 0 || uint64_t(value) >= input.values) {
        auto [least, most] = std::minmax_element(values, values + count);
        fail("{}: an input of row {} (counted from 0) is {}, expected a token "
             "from 0 to {}: the tokens go from {} to {}",
             source, i / width, +value, input.values - 1, +*least, +*most);
      }
      int32_t token = int32_t(value);
      memcpy(&tokens.data[size_t(i) * sizeof token], &token, sizeof token);
    }
  });
  return tokens;
}

Inputs makeInputs(Array array, std::string source, const VibModel &model,
                  uint32_t input) {
  checkInputs({source, array.type, array.shape}, model, input);
  if (hasTokens(model.inputs[input]))
    array = readTokens(array, source, model.inputs[input]);
  Inputs inputs;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -minimum, squares = 0;
  double limit = largest(model);
  int64_t width = array.rowElements(), count = array.rows() * width;
  visitElements(array, [&](auto *values) {
    for (int64_t i = 0; i < count; ++i) {
      double value = double(values[i]);
      if (!(std::fabs(value) <= limit))
        badValue(source, "an input", i / width, value);
      minimum = std::min(minimum, value);
      maximum = std::max(maximum, value);
      squares += value * value;
    }
  });
  inputs.minimum = minimum;
  inputs.maximum = maximum;
  inputs.rootMeanSquare = std::sqrt(squares / double(count));
  inputs.array = std::move(array);
  inputs.source = std::move(source);
  return inputs;
}

/// Advice for numbers far from unit scale; "" for others.
static std::string adviseScale(const std::string &what, const Spread &values) {
  // The root mean square of standardized data is 1, even with outliers, and
  // that of data in [-1, 1] is less. That of sparse data may be far less, so
  // numbers count as small only if the largest one is small.
  constexpr double large = 5, small = 0.01;
  double magnitude = std::max(-values.minimum, values.maximum);
  bool isLarge = values.rootMeanSquare > large;
  if (!isLarge && magnitude >= small)
    return "";
  bool isConstant = values.minimum == values.maximum;
  std::string range = fmt::format("{:.6g}", values.minimum);
  if (isConstant)
    range = "all " + range;
  else
    range += fmt::format(" to {:.6g}", values.maximum);
  std::string remedy = "multiply them by a number that brings them near 1";
  if (isLarge)
    remedy = fmt::format("divide them by a number such as {:.6g}", magnitude);
  // Equal values have the standard deviation 0.
  if (isLarge && !isConstant)
    remedy += ", or subtract their mean and divide by their standard deviation";
  return fmt::format("the {} are {}, far from unit scale, and training may "
                     "learn nothing from them: {}",
                     what, range, remedy);
}

std::string adviseScale(const Inputs &inputs) {
  if (!isFloat(inputs.array.type))
    return "";
  if (inputs.minimum == 0 && inputs.maximum == 0)
    return fmt::format("{}: every input is 0", inputs.source);
  std::string advice = adviseScale(
      "inputs", {inputs.minimum, inputs.maximum, 0, 0, inputs.rootMeanSquare});
  return advice.empty() ? ""
                        : fmt::format("{}: {}, and do the same for evaluation "
                                      "and prediction; or write vib.scale or "
                                      "vib.standardize in the model",
                                      inputs.source, advice);
}

std::string adviseScale(const Labels &labels, int64_t outputs) {
  std::string advice;
  int64_t others = 0;
  for (int64_t i = 0; i < outputs && !labels.targets.empty(); ++i) {
    Spread spread = spreadOf(labels, i, outputs);
    // The mean of targets that are all 0 is easy to learn.
    if (spread.rootMeanSquare == 0)
      continue;
    std::string its = adviseScale(
        outputs == 1 ? "targets" : fmt::format("targets of output {}", i),
        spread);
    if (advice.empty())
      advice = its;
    else
      others += !its.empty();
  }
  if (advice.empty())
    return "";
  return fmt::format("{}: {}, and do the same for evaluation; predictions and "
                     "errors then have this scale, too{}",
                     labels.source, advice,
                     others ? fmt::format("; the same holds for {}",
                                          counted(others, "more output"))
                            : "");
}

Spread spreadOf(const Labels &labels, int64_t output, int64_t outputs) {
  Spread spread;
  spread.minimum = std::numeric_limits<double>::infinity();
  spread.maximum = -spread.minimum;
  double count = double(labels.targets.size()) / double(outputs);
  double squares = 0, distances = 0, seen = 0;
  auto visit = [&](auto take) {
    for (size_t i = size_t(output); i < labels.targets.size();
         i += size_t(outputs))
      take(labels.targets[i]);
  };
  visit([&](double value) {
    spread.minimum = std::min(spread.minimum, value);
    spread.maximum = std::max(spread.maximum, value);
    // Equal values have exactly their mean.
    spread.mean += (value - spread.mean) / ++seen;
    squares += value * value;
  });
  visit([&](double value) {
    distances += (value - spread.mean) * (value - spread.mean);
  });
  spread.deviation = std::sqrt(distances / count);
  spread.rootMeanSquare = std::sqrt(squares / count);
  return spread;
}

Labels makeLabels(const Array &array, std::string source, const VibModel &model,
                  uint64_t firstLabel, uint32_t number) {
  const VibTarget &target = model.targets[number];
  checkLabels({source, array.type, array.shape}, target);
  Labels labels;
  labels.source = std::move(source);
  labels.type = array.type;
  if (hasClasses(target))
    readClasses(array, target, firstLabel, labels);
  else
    readTargets(array, target, model, labels);
  return labels;
}

/// The arrays that data has to have for the model.
static WantedArrays wantedArrays(const VibModel &model) {
  WantedArrays wanted;
  for (uint32_t i = 0; i < model.num_inputs; ++i) {
    wanted.names.inputs.push_back(model.inputs[i].name);
    wanted.checkInputs.push_back([&model, i](const ArrayHeader &header) {
      checkInputs(header, model, i);
    });
  }
  for (const VibTarget &target : targetsOf(model)) {
    if (isReconstruction(target))
      continue;
    wanted.names.labels.push_back(target.name);
    wanted.checkLabels.push_back(
        [&target](const ArrayHeader &header) { checkLabels(header, target); });
  }
  return wanted;
}

static std::vector<Inputs> makeAll(std::vector<NamedArray> arrays,
                                   const VibModel &model) {
  std::vector<Inputs> inputs;
  for (NamedArray &read : arrays) {
    inputs.push_back(makeInputs(std::move(read.array), read.source, model,
                                uint32_t(inputs.size())));
    inputs.back().file = read.file;
  }
  return inputs;
}

/// The labels of a target that is an input.
static Labels takeInput(const std::vector<Inputs> &inputs,
                        const VibModel &model, const VibTarget &target) {
  Labels labels;
  for (uint32_t i = 0; i < model.num_inputs; ++i) {
    if (std::string_view(model.inputs[i].name) != target.name)
      continue;
    labels.source = inputs[i].source;
    labels.type = inputs[i].array.type;
    if (isOfUnitInterval(target) && !model.inputs[i].scaled &&
        (inputs[i].minimum < 0 || inputs[i].maximum > 1))
      fail("{}: the inputs are {:.6g} to {:.6g}, expected 0 to 1, because they "
           "are the targets of vib.bernoulli: write vib.scale in the model",
           inputs[i].source, inputs[i].minimum, inputs[i].maximum);
  }
  return labels;
}

Split loadSplit(const std::string &data, const std::string &name,
                const VibModel &model, uint64_t firstLabel) {
  RawSplit raw = readSplit(data, name, wantedArrays(model));
  return makeSplit(name, makeAll(std::move(raw.inputs), model), raw.labels,
                   model, firstLabel);
}

Split makeSplit(std::string name, std::vector<Inputs> inputs,
                const std::vector<NamedArray> &labels, const VibModel &model,
                uint64_t firstLabel) {
  Split split;
  split.name = std::move(name);
  split.inputs = std::move(inputs);
  auto read = labels.begin();
  for (uint32_t i = 0; i < model.num_targets; ++i) {
    if (isReconstruction(model.targets[i])) {
      split.labels.push_back(takeInput(split.inputs, model, model.targets[i]));
      continue;
    }
    split.labels.push_back(
        makeLabels(read->array, read->source, model, firstLabel, i));
    ++read;
  }
  return split;
}

std::vector<Inputs> loadInputs(const std::string &path, const VibModel &model) {
  return makeAll(readInputs(path, wantedArrays(model)), model);
}

static void checkLatents(const ArrayHeader &header, const VibStream &stream) {
  if (!isFloat(header.type))
    fail("{}: the latents are {}, expected float32 or float64", header.source,
         nameOf(header.type));
  if (header.shape.size() != 2 || header.shape[1] != stream.latents)
    fail("{}: latents of the shape {}, expected [N, {}]", header.source,
         formatShape(header.shape), stream.latents);
  if (header.shape.front() == 0)
    fail("{}: no rows, expected at least one", header.source);
}

std::vector<double> makeLatents(const NamedArray &array, const VibModel &model,
                                const VibStream &stream) {
  checkLatents({array.source, array.array.type, array.array.shape}, stream);
  return readNumbers(array.array, array.source, "a latent", model);
}

std::vector<std::vector<double>> loadLatents(const std::string &path,
                                             const VibModel &model) {
  std::vector<std::string> names;
  std::vector<CheckHeader> checks;
  for (const VibStream &stream : streamsOf(model)) {
    names.push_back(stream.name);
    checks.push_back(
        [&stream](const ArrayHeader &header) { checkLatents(header, stream); });
  }
  std::vector<std::vector<double>> latents;
  if (names.size() == 1) {
    latents.push_back(makeLatents({readArray(path, checks.front()), path, path},
                                  model, model.streams[0]));
    return latents;
  }
  for (const NamedArray &read : readNamed(path, names, checks))
    latents.push_back(makeLatents(read, model, model.streams[latents.size()]));
  return latents;
}

std::string fingerprint(const Split &split) {
  Hasher hasher;
  for (const Inputs &inputs : split.inputs) {
    const Array &array = inputs.array;
    hasher.add(uint64_t(array.type));
    hasher.add(uint64_t(array.rows()));
    hasher.add(array.elements(),
               size_t(array.rows() * array.rowElements()) * sizeOf(array.type));
  }
  for (const Labels &labels : split.labels) {
    hasher.add(labels.classes.data(), labels.classes.size() * sizeof(int32_t));
    hasher.add(labels.targets.data(), labels.targets.size() * sizeof(double));
  }
  return hasher.hex();
}

} // namespace vib::runtime
