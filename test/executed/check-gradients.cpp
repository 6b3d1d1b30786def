//===- check-gradients.cpp - Checks a compiled model's derivatives --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// check-gradients MODEL.so
//   Compares d loss / d w, as `gradients` gives it, with differences of the
//   loss, for every element of every parameter, with full and with fewer rows;
//   the derivatives of the cross-entropy by the inputs, as `input_gradients`
//   gives them, with differences of what `evaluate` computes; and one update by
//   `train_step` with the optimizer's formulas in f64. The model is to be
//   compiled with --precision=f64.
//
// check-gradients --extreme [LOW HIGH] MODEL.so
//   Sets the spread's pre-activations of the first layer, which must be the
//   posterior's statistics, to numbers from -200 to 200, and compares the rate
//   and its gradient with closed forms; with any weights after it everything
//   must be finite. In f32 or f64. The spread is softplus(0.0), or
//   bounded([LOW, HIGH]), whose gradient must have right digits however small
//   it is.
//
// A difference is taken over four points, so that its error is of the fourth
// order; where an activation has a kink between them, closer points are taken.
//
//===----------------------------------------------------------------------===//

#include "runtime/Abi.h"

#include <dlfcn.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

[[noreturn]] void fail(const std::string &message) {
  std::fprintf(stderr, "check-gradients: %s\n", message.c_str());
  std::exit(1);
}

/// Numbers that are the same everywhere.
class Random {
public:
  /// Uniform in (-1, 1).
  double next() {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (static_cast<double>(state >> 11) + 0.5) / (1ull << 52) - 1;
  }

private:
  uint64_t state = 20170515;
};

struct Free {
  void operator()(void *memory) const { std::free(memory); }
};
using Block = std::unique_ptr<char, Free>;

Block allocate(uint64_t bytes) {
  uint64_t rounded = (std::max<uint64_t>(bytes, 1) + 63) / 64 * 64;
  char *memory = static_cast<char *>(std::aligned_alloc(64, rounded));
  std::memset(memory, 0, rounded);
  return Block(memory);
}

uint64_t size(const VibParameter &parameter) {
  uint64_t size = 1;
  for (uint32_t i = 0; i < parameter.rank; ++i)
    size *= parameter.shape[i];
  return size;
}

/// The place of element `i`, counted row by row, in a block.
uint64_t place(const VibModel &model, const VibParameter &parameter,
               uint64_t i) {
  uint64_t bytes = model.type == VIB_F64 ? sizeof(double) : sizeof(float);
  if (parameter.panel == 0)
    return parameter.offset + i * bytes;
  uint64_t row = i / parameter.shape[1], column = i % parameter.shape[1];
  return parameter.offset + column / parameter.panel * parameter.panel_bytes +
         (row * parameter.panel + column % parameter.panel) * bytes;
}

/// The derivative at 0 of a function of a change, by differences of `step`.
template <typename Function> double differentiate(Function at, double step) {
  return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) /
         (12 * step);
}

/// Whether differences of a function give the derivative `got`. `expected`
/// becomes what they give. The error is relative to the element, with an
/// allowance for those that are small among their like, the largest of which is
/// `largest`.
template <typename Function>
bool agrees(double got, double largest, Function at, double &expected) {
  constexpr double tolerance = 1e-6;
  for (double step : {3e-4, 1e-4, 1e-5}) {
    expected = differentiate(at, step);
    if (std::fabs(got - expected) <=
        tolerance * std::max(std::fabs(expected), 1e-2 * largest))
      return true;
  }
  return false;
}

/// Memory for a model, and its entries.
class Model {
public:
  explicit Model(const VibModel &model)
      : model(model), weights(allocate(model.block_bytes)),
        moment1(allocate(model.block_bytes)),
        moment2(allocate(model.block_bytes)),
        average(allocate(model.block_bytes)),
        gradients(allocate(model.block_bytes)),
        arena(allocate(model.arena_bytes)) {
    call.weights = weights.get();
    call.moment1 = moment1.get();
    call.moment2 = moment2.get();
    call.average = average.get();
    call.gradients = gradients.get();
    call.arena = arena.get();
    call.step.seed = 12345678901ull;
    call.step.step = 3;
    call.step.rows = model.batch;
    call.step.total_rows = model.batch;
    for (int i = 0; i < VIB_MAX_COEFFICIENTS; ++i)
      call.step.coefficients[i] = 0.3 + 0.2 * i;
  }

  const VibTensor *find(const char *name) const {
    for (uint32_t i = 0; i < model.num_tensors; ++i)
      if (!std::strcmp(model.tensors[i].name, name))
        return &model.tensors[i];
    return nullptr;
  }
  const VibTensor &get(const char *name) const {
    if (const VibTensor *tensor = find(name))
      return *tensor;
    fail(std::string("the model has no tensor ") + name);
  }
  char *data(const VibTensor &tensor) { return arena.get() + tensor.offset; }

  /// Element `i` of a parameter in a block.
  double read(const char *block, const VibParameter &parameter,
              uint64_t i) const {
    return read(block + place(model, parameter, i), 0);
  }
  void write(char *block, const VibParameter &parameter, uint64_t i,
             double value) const {
    write(block + place(model, parameter, i), 0, value);
  }

  /// Element `i` of a tensor of the model's type.
  double read(const char *memory, uint64_t i) const {
    if (model.type == VIB_F64)
      return reinterpret_cast<const double *>(memory)[i];
    return reinterpret_cast<const float *>(memory)[i];
  }
  void write(char *memory, uint64_t i, double value) const {
    if (model.type == VIB_F64)
      reinterpret_cast<double *>(memory)[i] = value;
    else
      reinterpret_cast<float *>(memory)[i] = static_cast<float>(value);
  }

  /// Fills all weights, statistics and inputs with numbers.
  void fill() {
    Random random;
    for (uint32_t p = 0; p < model.num_parameters; ++p) {
      const VibParameter &parameter = model.parameters[p];
      double scale = parameter.init == VIB_INIT_CONSTANT ? 0.3
                     : parameter.init == VIB_INIT_EXAMPLES
                         ? 1
                         : parameter.init_scale;
      double center =
          parameter.init == VIB_INIT_CONSTANT ? parameter.init_scale : 0;
      for (uint64_t i = 0; i < size(parameter); ++i)
        write(weights.get(), parameter, i, center + scale * random.next());
    }
    for (uint32_t k = 0; k < model.num_inputs; ++k) {
      const VibTensor &x = get(model.inputs[k].tensor);
      for (uint64_t i = 0; i < elements(x); ++i)
        if (x.type == VIB_U8)
          data(x)[i] = static_cast<char>(128 * (random.next() + 1));
        else if (x.type == VIB_I32)
          reinterpret_cast<int32_t *>(data(x))[i] = static_cast<int32_t>(
              (random.next() + 1) / 2 * model.inputs[k].values);
        else
          write(data(x), i, random.next());
    }
    for (uint32_t k = 0; k < model.num_targets; ++k) {
      const VibTarget &target = model.targets[k];
      if (!target.tensor)
        continue; // It is an input.
      const VibTensor &y = get(target.tensor);
      for (uint64_t i = 0; i < elements(y); ++i) {
        if (y.type != VIB_I32)
          write(data(y), i, 2 * random.next());
        else
          reinterpret_cast<int32_t *>(data(y))[i] =
              static_cast<int32_t>((random.next() + 1) / 2 * target.outputs);
      }
    }
    for (uint32_t i = 0; i < model.num_state; ++i) {
      const VibState &state = model.state[i];
      bool isMean =
          state.kind == VIB_STATE_MEAN || state.kind == VIB_STATE_RUNNING_MEAN;
      uint64_t count = 1;
      for (uint32_t k = 0; k < state.rank; ++k)
        count *= state.shape[k];
      for (uint64_t k = 0; k < count; ++k)
        write(weights.get() + state.offset, k,
              (isMean ? 0.1 : 0.8) + 0.2 * random.next());
    }
  }

  /// Lets only the first rows count, and spoils the labels of the others.
  void setRows(int32_t rows) {
    call.step.rows = rows;
    call.step.total_rows = rows;
    for (uint32_t k = 0; k < model.num_targets; ++k) {
      if (!model.targets[k].tensor)
        continue;
      const VibTensor &y = get(model.targets[k].tensor);
      uint64_t width = elements(y) / model.batch;
      for (uint64_t i = rows * width; i < elements(y); ++i) {
        if (y.type == VIB_I32)
          reinterpret_cast<int32_t *>(data(y))[i] = -7;
        else
          write(data(y), i, std::nan(""));
      }
    }
    if (model.scale)
      model.scale(&call);
    for (uint32_t k = 0; k < model.num_inputs; ++k) {
      if (model.inputs[k].scaled)
        continue;
      const VibTensor &x = get(model.inputs[k].tensor);
      for (uint64_t i = rows * (elements(x) / model.batch); i < elements(x);
           ++i)
        if (x.type == VIB_I32)
          reinterpret_cast<int32_t *>(data(x))[i] = 0;
        else
          write(data(x), i, 0);
    }
  }

  double getNumber(int32_t coefficient, double number) const {
    return coefficient < 0 ? number : call.step.coefficients[coefficient];
  }

  double getTerm(const VibTerm &term) {
    const VibFigure &figure = model.figures[term.figure];
    auto sumOf = [&](const char *tensor) {
      double sum = 0;
      for (int32_t row = 0; row < call.step.rows; ++row)
        sum += read(data(get(tensor)), row);
      return sum;
    };
    double mean =
        sumOf(figure.tensor) /
        (figure.divisor ? sumOf(figure.divisor) : double(call.step.rows));
    double argument = getNumber(term.argument_coefficient, term.argument);
    double factor = getNumber(term.coefficient, term.factor);
    switch (term.function) {
    case VIB_POWER:
      return factor * std::pow(std::max(mean, 0.0), argument);
    case VIB_EXP:
      return factor * std::exp(argument * mean);
    case VIB_DISTANCE:
      return factor * std::fabs(mean - argument);
    case VIB_NEGATIVE:
      return -factor * mean;
    default:
      return factor * mean;
    }
  }

  double computeLoss() {
    model.gradients(&call);
    double loss = 0;
    for (uint32_t i = 0; i < model.num_terms; ++i)
      loss += getTerm(model.terms[i]);
    return loss;
  }

  /// The loss if element `i` of a parameter changes.
  double computeLossAt(const VibParameter &parameter, uint64_t i,
                       double change) {
    char *memory = weights.get() + place(model, parameter, i);
    double weight = read(memory, 0);
    write(memory, 0, weight + change);
    double loss = computeLoss();
    write(memory, 0, weight);
    return loss;
  }

  uint64_t elements(const VibTensor &tensor) const {
    uint64_t size = 1;
    for (uint32_t i = 0; i < tensor.rank; ++i)
      size *= tensor.shape[i];
    return size;
  }

  const VibModel &model;
  Block weights, moment1, moment2, average, gradients, arena;
  VibCall call = {};
};

//===----------------------------------------------------------------------===//
// Differences
//===----------------------------------------------------------------------===//

void checkDifferences(const VibModel &description, int32_t rows) {
  Model model(description);
  model.fill();
  model.setRows(rows);
  model.computeLoss();
  std::vector<char> block(model.gradients.get(),
                          model.gradients.get() + description.block_bytes);
  for (uint32_t p = 0; p < description.num_parameters; ++p) {
    const VibParameter &parameter = description.parameters[p];
    double largest = 0;
    for (uint64_t i = 0; i < size(parameter); ++i)
      largest =
          std::max(largest, std::fabs(model.read(block.data(), parameter, i)));
    if (largest == 0)
      fail(std::string("the gradient of ") + parameter.name + " is 0");
    for (uint64_t i = 0; i < size(parameter); ++i) {
      double got = model.read(block.data(), parameter, i), expected = 0;
      auto at = [&](double change) {
        return model.computeLossAt(parameter, i, change);
      };
      if (agrees(got, largest, at, expected))
        continue;
      char text[256];
      std::snprintf(text, sizeof(text),
                    "%s[%llu], %d rows: the gradient is %.12g, differences "
                    "give %.12g",
                    parameter.name, static_cast<unsigned long long>(i), rows,
                    got, expected);
      fail(text);
    }
    std::printf("%s: %llu gradients agree, %d rows\n", parameter.name,
                static_cast<unsigned long long>(size(parameter)), rows);
  }
}

/// The sum of the cross-entropies of the classes of all rows, of one draw.
double sumCrossEntropies(Model &model) {
  const VibModel &description = model.model;
  description.encode(&model.call);
  description.evaluate(&model.call);
  double sum = 0;
  for (uint32_t i = 0; i < description.num_figures; ++i) {
    const VibFigure &figure = description.figures[i];
    // Of the tensors of a draw, the one in nats is the cross-entropy.
    if (figure.kind != VIB_DRAW_MEAN || figure.unit != VIB_NATS ||
        std::strncmp(figure.tensor, "nll", 3) != 0 ||
        description.targets[figure.target].classes == 0)
      continue;
    for (int32_t row = 0; row < model.call.step.rows; ++row)
      sum += model.read(model.data(model.get(figure.tensor)), row);
  }
  return sum;
}

void checkInputs(const VibModel &description) {
  Model model(description);
  model.fill();
  auto rows = static_cast<int32_t>(description.batch);
  model.setRows(rows);
  model.call.step.sample = 2;
  description.encode(&model.call);
  model.call.step.total_rows = 1;
  description.input_gradients(&model.call);
  model.call.step.total_rows = rows;
  bool isAnyMoved = false;
  for (uint32_t k = 0; k < description.num_inputs; ++k) {
    const VibInput &input = description.inputs[k];
    if (!input.gradient)
      continue;
    const VibTensor &x = model.get(input.x), &dx = model.get(input.gradient);
    uint64_t width = model.elements(x) / description.batch;
    std::vector<double> got;
    double largest = 0;
    for (uint64_t i = 0; i < rows * width; ++i) {
      got.push_back(model.read(model.data(dx), i));
      largest = std::max(largest, std::fabs(got.back()));
    }
    isAnyMoved |= largest != 0;
    for (uint64_t i = 0; i < got.size(); ++i) {
      uint64_t row = i / width, column = i % width, place = i;
      if (x.panel != 0)
        place = column / x.panel * (x.panel_bytes / sizeof(double)) +
                row * x.panel + column % x.panel;
      double value = model.read(model.data(x), place), expected = 0;
      auto at = [&](double change) {
        model.write(model.data(x), place, value + change);
        return sumCrossEntropies(model);
      };
      bool isRight = agrees(got[i], largest, at, expected);
      model.write(model.data(x), place, value);
      if (isRight)
        continue;
      char text[256];
      std::snprintf(text, sizeof(text),
                    "%s[%llu, %llu]: the gradient is %.12g, differences give "
                    "%.12g",
                    input.name, static_cast<unsigned long long>(row),
                    static_cast<unsigned long long>(column), got[i], expected);
      fail(text);
    }
    std::printf("%s: the gradients of the input agree\n", input.name);
  }
  if (!isAnyMoved)
    fail("the gradients of all inputs are 0");
}

//===----------------------------------------------------------------------===//
// Update
//===----------------------------------------------------------------------===//

/// What an update has in place of element g of a gradient.
double limit(const VibModel &model, double norm, double g) {
  double most = model.clip_limit;
  if (model.clip == VIB_CLIP_VALUE)
    return std::max(-most, std::min(most, g));
  if (model.clip == VIB_CLIP_GLOBAL_NORM)
    return g * std::min(1.0, most / (norm + 1e-6));
  return g;
}

/// The norm of the gradients of all parameters. It is above a limit, which
/// otherwise would not be tested.
double computeNorm(const Model &model, const VibModel &description) {
  double squares = 0, largest = 0;
  for (uint32_t p = 0; p < description.num_parameters; ++p)
    for (uint64_t i = 0; i < size(description.parameters[p]); ++i) {
      double g =
          model.read(model.gradients.get(), description.parameters[p], i);
      squares += g * g;
      largest = std::max(largest, std::fabs(g));
    }
  double norm = std::sqrt(squares);
  double limited = description.clip == VIB_CLIP_GLOBAL_NORM ? norm : largest;
  if (description.clip != VIB_NO_CLIP && limited <= description.clip_limit)
    fail("the limit of the gradients changes nothing");
  return norm;
}

void checkUpdate(const VibModel &description) {
  Model model(description);
  model.fill();
  model.setRows(description.batch);
  VibStep &step = model.call.step;
  step.rate = 0.01;
  step.rate1 = 0.02;
  step.scale2 = 3;
  step.average = 0.25;
  step.decay = 0.01 * description.weight_decay;
  Random random;
  std::vector<double> before[4];
  Block *blocks[] = {&model.weights, &model.moment1, &model.moment2,
                     &model.average};
  for (uint32_t p = 0; p < description.num_parameters; ++p)
    for (uint64_t i = 0; i < size(description.parameters[p]); ++i)
      for (unsigned kind = 0; kind < 4; ++kind) {
        char *memory = blocks[kind]->get() +
                       place(description, description.parameters[p], i);
        // A mean of squares is not negative.
        bool isSquare =
            kind == (description.optimizer == VIB_RMSPROP ? 1u : 2u);
        if (kind > 0)
          model.write(memory, 0, 0.1 * (random.next() + (isSquare ? 1.01 : 0)));
        before[kind].push_back(model.read(memory, 0));
      }
  model.computeLoss();
  double norm = computeNorm(model, description);
  description.train_step(&model.call);

  size_t element = 0;
  for (uint32_t p = 0; p < description.num_parameters; ++p) {
    const VibParameter &parameter = description.parameters[p];
    std::string_view kind = parameter.name;
    kind.remove_prefix(kind.rfind('.') + 1);
    bool isMatrix = parameter.rank > 1 && kind == "weight";
    double decay = description.decays_weights_only && !isMatrix
                       ? 0
                       : description.weight_decay;
    for (uint64_t i = 0; i < size(parameter); ++i, ++element) {
      double g = limit(description, norm,
                       model.read(model.gradients.get(), parameter, i));
      double w = before[0][element], m = before[1][element];
      double v = before[2][element], a = before[3][element];
      if (description.optimizer == VIB_SGD) {
        double velocity = g + decay * w;
        if (description.momentum != 0)
          m = velocity += description.momentum * m;
        w -= step.rate * velocity;
      } else if (description.optimizer == VIB_RMSPROP) {
        // Its mean square is the first moment, and its velocity the second.
        g += decay * w;
        m = description.beta2 * m + (1 - description.beta2) * g * g;
        double velocity = g / (std::sqrt(m) + description.epsilon);
        if (description.momentum != 0)
          v = velocity += description.momentum * v;
        w -= step.rate * velocity;
      } else if (description.optimizer == VIB_ADABELIEF) {
        m = description.beta1 * m + (1 - description.beta1) * g;
        v = description.beta2 * v +
            (1 - description.beta2) * (g - m) * (g - m) + description.epsilon;
        w -=
            step.rate1 * m / (std::sqrt(v) * step.scale2 + description.epsilon);
      } else {
        if (description.optimizer == VIB_ADAMW)
          w -= step.rate * decay * w;
        m = description.beta1 * m + (1 - description.beta1) * g;
        v = description.beta2 * v + (1 - description.beta2) * g * g;
        w -=
            step.rate1 * m / (std::sqrt(v) * step.scale2 + description.epsilon);
      }
      if (description.averaged)
        a += step.average * (w - a);
      double expected[] = {w, m, v, a};
      for (unsigned kind = 0; kind < 4; ++kind) {
        double got = model.read(blocks[kind]->get(), parameter, i);
        if (std::fabs(got - expected[kind]) <=
            1e-9 * std::max(1.0, std::fabs(expected[kind])))
          continue;
        static const char *const names[] = {"weight", "moment1", "moment2",
                                            "average"};
        char text[256];
        std::snprintf(text, sizeof(text),
                      "%s[%llu]: the new %s is %.12g, expected %.12g",
                      parameter.name, static_cast<unsigned long long>(i),
                      names[kind], got, expected[kind]);
        fail(text);
      }
    }
  }
  std::printf("update: agrees\n");
}

//===----------------------------------------------------------------------===//
// Extreme pre-activations
//===----------------------------------------------------------------------===//

const VibParameter &findParameter(const VibModel &model, const char *name) {
  for (uint32_t p = 0; p < model.num_parameters; ++p)
    if (!std::strcmp(model.parameters[p].name, name))
      return model.parameters[p];
  fail(std::string("the model has no parameter ") + name);
}

void checkFinite(const Model &model, const char *what, const char *memory,
                 uint64_t count) {
  for (uint64_t i = 0; i < count; ++i)
    if (!std::isfinite(model.read(memory, i)))
      fail(std::string(what) + " has an element that is not finite");
}

void checkClose(const char *what, double got, long double expected,
                double tolerance) {
  if (std::fabs(got - static_cast<double>(expected)) <=
      tolerance * std::max(1.0, std::fabs(static_cast<double>(expected))))
    return;
  char text[256];
  std::snprintf(text, sizeof(text), "%s is %.9g, expected %.9Lg", what, got,
                expected);
  fail(text);
}

/// The same, with right digits however small the numbers are.
void checkDigits(const char *what, double got, long double expected,
                 double tolerance) {
  if (std::fabs(got - static_cast<double>(expected)) >
      tolerance * std::fabs(static_cast<double>(expected)) + 1e-36)
    fail(std::string(what) + " is " + std::to_string(got / double(expected)) +
         " of " + std::to_string(std::log10(std::fabs(double(expected)))) +
         " (as a power of 10)");
}

/// log sigma as a function of t, and its derivative.
struct Spread {
  bool isBounded = false;
  long double low = 0, high = 0;

  std::pair<long double, long double> get(long double t) const {
    // 1 / (1 + exp(-t)), and its distance from 1.
    long double s = 1 / (1 + expl(-t)), rest = 1 / (1 + expl(t));
    if (isBounded)
      return {low / 2 + (high - low) / 2 * s, (high - low) / 2 * s * rest};
    long double sigma = t > 40 ? t + expl(-t) : log1pl(expl(t));
    return {logl(sigma), s / sigma};
  }
};

/// The model: statistics by one layer encode.0 with this spread, diagonal or
/// full; the statistics' weight is 0, so that all rows have the bias.
void checkExtreme(const VibModel &description, const Spread &spread) {
  Model model(description);
  model.fill();
  double tolerance = description.type == VIB_F64 ? 1e-11 : 2e-6;
  const VibParameter &weight = findParameter(description, "encode.0.weight");
  const VibParameter &bias = findParameter(description, "encode.0.bias");
  int64_t latents = description.streams->latents;
  int64_t entries = static_cast<int64_t>(size(bias)) - latents;
  bool full = entries != latents;
  for (uint64_t i = 0; i < size(weight); ++i)
    model.write(model.weights.get(), weight, i, 0);

  // The rate and its gradient in extended precision.
  char *values = model.weights.get() + bias.offset;
  long double rate = 0;
  std::vector<long double> slopes;
  for (int64_t k = 0; k < latents; ++k) {
    long double mean = 0.01L * k;
    model.write(values, k, mean);
    rate += mean * mean / 2;
    slopes.push_back(mean);
  }
  int64_t row = 0, column = 0;
  for (int64_t p = 0; p < entries; ++p) {
    long double t = -200 + 400.0L * p / (entries - 1);
    model.write(values, latents + p, t);
    t = model.read(values, latents + p);
    if (!full || row == column) {
      auto [log, slope] = spread.get(t);
      rate += (expl(2 * log) - 1) / 2 - log;
      slopes.push_back((expl(2 * log) - 1) * slope);
    } else {
      rate += t * t / 2;
      slopes.push_back(t);
    }
    if (++column > row) {
      ++row;
      column = 0;
    }
  }

  model.setRows(description.batch);
  model.computeLoss();
  auto checkAllFinite = [&] {
    for (const char *name : {"nll", "rate", "error"})
      checkFinite(model, name, model.data(model.get(name)),
                  model.elements(model.get(name)));
    for (uint32_t p = 0; p < description.num_parameters; ++p)
      for (uint64_t i = 0; i < size(description.parameters[p]); ++i)
        checkFinite(model, description.parameters[p].name,
                    model.gradients.get() +
                        place(description, description.parameters[p], i),
                    1);
  };
  checkAllFinite();
  for (int64_t b = 0; b < description.batch; ++b)
    checkClose("the rate", model.read(model.data(model.get("rate")), b), rate,
               tolerance);

  // Without a decoder the rate's gradient is all there is.
  for (uint32_t p = 0; p < description.num_parameters; ++p) {
    const VibParameter &parameter = description.parameters[p];
    if (&parameter != &bias)
      for (uint64_t i = 0; i < size(parameter); ++i)
        model.write(model.weights.get(), parameter, i, 0);
  }
  model.computeLoss();
  checkAllFinite();
  for (uint64_t i = 0; i < slopes.size(); ++i)
    (spread.isBounded ? checkDigits : checkClose)(
        "the gradient of encode.0.bias",
        model.read(model.gradients.get(), bias, i),
        model.call.step.coefficients[description.beta] * slopes[i], tolerance);

  description.encode(&model.call);
  checkFinite(model, "sigma", model.data(model.get("sigma")),
              model.elements(model.get("sigma")));
  std::printf("extreme: finite, and the rate and its gradient agree\n");
}

} // namespace

int main(int argc, char **argv) {
  bool extreme = argc > 2 && !std::strcmp(argv[1], "--extreme");
  if (argc != 2 && !(extreme && (argc == 3 || argc == 5))) {
    std::fprintf(stderr,
                 "usage: check-gradients [--extreme [LOW HIGH]] MODEL.so\n");
    return 2;
  }
  void *library = dlopen(argv[argc - 1], RTLD_NOW);
  if (!library)
    fail(dlerror());
  auto *model = static_cast<const VibModel *>(dlsym(library, "vib_model"));
  if (!model)
    fail(dlerror());
  if (model->magic != VIB_ABI_MAGIC || model->version != VIB_ABI_VERSION ||
      model->size != sizeof(VibModel))
    fail("the model has interface " + std::to_string(model->version) +
         ", expected " + std::to_string(VIB_ABI_VERSION));
  if (!model->gradients)
    fail("the model has no entry `gradients`: compile it with --emit=shared");
  if (extreme) {
    Spread spread;
    if (argc == 5)
      spread = {true, std::atof(argv[2]), std::atof(argv[3])};
    checkExtreme(*model, spread);
    return 0;
  }
  if (model->type != VIB_F64)
    fail("differences need f64: compile with --precision=f64");
  checkDifferences(*model, static_cast<int32_t>(model->batch));
  checkDifferences(*model, static_cast<int32_t>(model->batch - 1));
  if (model->input_gradients)
    checkInputs(*model);
  checkUpdate(*model);
  return 0;
}
