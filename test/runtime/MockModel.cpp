//===- MockModel.cpp - A model written by hand ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/runtime/MockModel.h"
#include "runtime/Philox.h"
#include "test/runtime/TestLists.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace vib::runtime::test {

namespace {

/// The time of a kernel that is worth all threads.
constexpr int64_t worthThreads = std::numeric_limits<int64_t>::max();

constexpr int batch = 8, inputs = 4, latents = 2;

template <typename Real, int outputs> struct Block {
  Real weight[inputs][2 * latents];
  Real bias[2 * latents];
  Real decoder[latents][outputs];
  Real offset[outputs];
  Real *begin() { return &weight[0][0]; }
  static constexpr int size =
      inputs * 2 * latents + 2 * latents + latents * outputs + outputs;
};

template <typename Real, int outputs> struct Arena {
  uint8_t image[batch][inputs];
  Real x[batch][inputs];
  int32_t label[batch];
  Real target[batch][outputs];
  Real nll[batch], rate[batch], error[batch], rate_each[batch][latents];
  Real mu[batch][latents], sigma[batch][latents], z[batch][latents];
  Real logits[batch][outputs], prediction[batch][outputs];
  Real gradient[batch][Block<Real, outputs>::size];
};

double noise(const VibStep &step, Purpose purpose, int latent, uint32_t row,
             int sample) {
  PhiloxWords words =
      philox4x32({uint32_t(latent), uint32_t(row),
                  purpose == Purpose::TrainingNoise ? uint32_t(step.step) : 0,
                  uint32_t(purpose) << 24 | uint32_t(sample)},
                 {uint32_t(step.seed), uint32_t(step.seed >> 32)});
  double u = ((words[0] >> 9) + 0.5) * 0x1p-23;
  double v = ((words[1] >> 9) + 0.5) * 0x1p-23;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * v);
}

/// The model. `classes` says which of the two it is.
template <typename Real, int outputs, bool classes> struct Mock {
  using B = Block<Real, outputs>;
  using A = Arena<Real, outputs>;

  static B &weights(const VibCall *call) {
    return *static_cast<B *>(call->weights);
  }
  static A &arena(const VibCall *call) {
    return *static_cast<A *>(call->arena);
  }

  static void scale(const VibCall *call) {
    A &a = arena(call);
    for (int row = 0; row < batch; ++row)
      for (int i = 0; i < inputs; ++i)
        a.x[row][i] =
            row < call->step.rows ? Real(a.image[row][i] / 127.5 - 1) : 0;
  }

  static void encodeRow(const VibCall *call, int row) {
    A &a = arena(call);
    B &w = weights(call);
    a.rate[row] = 0;
    for (int k = 0; k < latents; ++k) {
      Real mu = w.bias[k], rho = w.bias[latents + k];
      for (int i = 0; i < inputs; ++i) {
        mu += a.x[row][i] * w.weight[i][k];
        rho += a.x[row][i] * w.weight[i][latents + k];
      }
      Real sigma = std::log1p(std::exp(rho));
      a.mu[row][k] = mu;
      a.sigma[row][k] = sigma;
      a.rate_each[row][k] = (mu * mu + sigma * sigma - 1) / 2 - std::log(sigma);
      a.rate[row] += a.rate_each[row][k];
    }
  }

  static void drawRow(const VibCall *call, int row, Purpose purpose) {
    A &a = arena(call);
    const VibStep &step = call->step;
    for (int k = 0; k < latents; ++k)
      a.z[row][k] =
          a.mu[row][k] +
          (step.sample < 0
               ? 0
               : a.sigma[row][k] *
                     Real(noise(step, purpose, k,
                                uint32_t(step.first_row + row), step.sample)));
  }

  static void decodeRow(const VibCall *call, int row, bool labels) {
    A &a = arena(call);
    B &w = weights(call);
    for (int o = 0; o < outputs; ++o) {
      a.logits[row][o] = w.offset[o];
      for (int k = 0; k < latents; ++k)
        a.logits[row][o] += a.z[row][k] * w.decoder[k][o];
      a.prediction[row][o] = a.logits[row][o];
    }
    if (!classes) {
      Real difference = a.prediction[row][0] - (labels ? a.target[row][0] : 0);
      a.error[row] = difference * difference;
      a.nll[row] = (a.error[row] + std::log(Real(2 * M_PI))) / 2;
      return;
    }
    Real *logits = a.logits[row], *p = a.prediction[row];
    Real top = *std::max_element(logits, logits + outputs), mass = 0;
    for (int o = 0; o < outputs; ++o)
      mass += p[o] = std::exp(logits[o] - top);
    for (int o = 0; o < outputs; ++o)
      p[o] /= mass;
    int32_t label = labels ? a.label[row] : 0;
    a.nll[row] = top + std::log(mass) - logits[label];
    a.error[row] = std::max_element(p, p + outputs) - p != label;
  }

  static void trainRow(const VibCall *call, int row) {
    encodeRow(call, row);
    drawRow(call, row, Purpose::TrainingNoise);
    decodeRow(call, row, true);
    A &a = arena(call);
    B &w = weights(call);
    B &g = *reinterpret_cast<B *>(a.gradient[row]);
    Real rows = Real(call->step.total_rows);
    Real beta = Real(call->step.coefficients[0]) / rows;
    for (int o = 0; o < outputs; ++o)
      g.offset[o] = (a.prediction[row][o] -
                     (classes ? Real(o == a.label[row]) : a.target[row][o])) /
                    rows;
    for (int k = 0; k < latents; ++k) {
      Real dz = 0;
      for (int o = 0; o < outputs; ++o) {
        g.decoder[k][o] = a.z[row][k] * g.offset[o];
        dz += w.decoder[k][o] * g.offset[o];
      }
      Real sigma = a.sigma[row][k];
      Real eps = (a.z[row][k] - a.mu[row][k]) / sigma;
      g.bias[k] = dz + beta * a.mu[row][k];
      // d softplus = 1 - exp(-sigma)
      g.bias[latents + k] =
          (dz * eps + beta * (sigma - 1 / sigma)) * -std::expm1(-sigma);
    }
    for (int i = 0; i < inputs; ++i)
      for (int k = 0; k < 2 * latents; ++k)
        g.weight[i][k] = a.x[row][i] * g.bias[k];
  }

  static void rowsKernel(const VibCall *call, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < std::min<int64_t>(end, call->step.rows);
         ++row)
      trainRow(call, int(row));
  }

  static void updateKernel(const VibCall *call, int64_t begin, int64_t end) {
    A &a = arena(call);
    const VibStep &step = call->step;
    for (int64_t i = begin; i < end; ++i) {
      Real gradient = 0;
      for (int row = 0; row < step.rows; ++row)
        gradient += a.gradient[row][i];
      Real &w = static_cast<Real *>(call->weights)[i];
      Real &m = static_cast<Real *>(call->moment1)[i];
      if (!classes) {
        m = Real(0.5) * m + gradient;
        w -= Real(step.rate) * m;
        continue;
      }
      Real &v = static_cast<Real *>(call->moment2)[i];
      m = Real(0.5) * m + Real(0.5) * gradient;
      v = Real(0.999) * v + Real(0.001) * gradient * gradient;
      w -= Real(step.rate1) * m /
           (std::sqrt(v) * Real(step.scale2) + Real(1e-8));
      Real &average = static_cast<Real *>(call->average)[i];
      average += Real(step.average) * (w - average);
    }
  }

  static void trainStep(const VibCall *call) {
    vib_launch(call, rowsKernel, batch, worthThreads, 0);
    vib_launch(call, updateKernel, B::size, worthThreads, 1);
  }
  static void encode(const VibCall *call) {
    for (int row = 0; row < call->step.rows; ++row)
      encodeRow(call, row);
  }
  static void evaluate(const VibCall *call) {
    for (int row = 0; row < call->step.rows; ++row) {
      drawRow(call, row, Purpose::EvaluationNoise);
      decodeRow(call, row, true);
    }
  }
  static void draw(const VibCall *call) {
    for (int row = 0; row < call->step.rows; ++row)
      drawRow(call, row, Purpose::EvaluationNoise);
  }
  static void decode(const VibCall *call) {
    for (int row = 0; row < call->step.rows; ++row)
      decodeRow(call, row, false);
  }

  //===--------------------------------------------------------------------===//
  // As kernels of a GPU
  //===--------------------------------------------------------------------===//

  template <typename T> static T *pointer(void **arguments, int i) {
    return *static_cast<T **>(arguments[i]);
  }

  static void gatherOnGpu(void **arguments) {
    A &a = *pointer<A>(arguments, 3);
    const VibStep &step = *pointer<const VibStep>(arguments, 4);
    for (int row = 0; row < batch; ++row) {
      bool counts = row < step.rows;
      size_t from =
          counts ? pointer<uint32_t>(arguments, 2)[step.row0 + row] : 0;
      for (int i = 0; i < inputs; ++i)
        if constexpr (classes)
          a.image[row][i] =
              counts ? pointer<uint8_t>(arguments, 0)[from * inputs + i] : 0;
        else
          a.x[row][i] =
              counts ? pointer<Real>(arguments, 0)[from * inputs + i] : 0;
      if constexpr (classes)
        a.label[row] = counts ? pointer<int32_t>(arguments, 1)[from] : 0;
      else
        a.target[row][0] = counts ? pointer<Real>(arguments, 1)[from] : 0;
    }
  }

  static VibCall makeCall(void **arguments) {
    VibCall call = {};
    call.step = *pointer<const VibStep>(arguments, 6);
    void **const blocks[] = {&call.weights, &call.moment1,   &call.moment2,
                             &call.average, &call.gradients, &call.arena};
    for (int i = 0; i < 6; ++i)
      *blocks[i] = pointer<void>(arguments, i);
    return call;
  }

  template <VibEntry entry> static void onGpu(void **arguments) {
    VibCall call = makeCall(arguments);
    entry(&call);
  }
  static void rowsOnGpu(void **arguments) {
    VibCall call = makeCall(arguments);
    rowsKernel(&call, 0, batch);
  }
  static void updateOnGpu(void **arguments) {
    VibCall call = makeCall(arguments);
    updateKernel(&call, 0, B::size);
  }

  static constexpr const char *names[] = {
      classes ? "classifier_gather" : "regression_gather",
      classes ? "classifier_scale" : "regression_scale",
      classes ? "classifier_rows" : "regression_rows",
      classes ? "classifier_update" : "regression_update",
      classes ? "classifier_encode" : "regression_encode",
      classes ? "classifier_evaluate" : "regression_evaluate",
      classes ? "classifier_draw" : "regression_draw",
      classes ? "classifier_decode" : "regression_decode"};

  static void addKernels(std::vector<MockKernel> &kernels) {
    kernels.push_back({names[0], 5, gatherOnGpu});
    kernels.push_back({names[1], 7, onGpu<scale>});
    kernels.push_back({names[2], 7, rowsOnGpu});
    kernels.push_back({names[3], 7, updateOnGpu});
    kernels.push_back({names[4], 7, onGpu<encode>});
    kernels.push_back({names[5], 7, onGpu<evaluate>});
    kernels.push_back({names[6], 7, onGpu<draw>});
    kernels.push_back({names[7], 7, onGpu<decode>});
  }

  static VibModel makeForGpu() {
    static const VibLaunch launches[] = {
        {names[0], VIB_GPU_GATHER, 1, 32, 0, 0, 1},
        {names[2], VIB_GPU_TRAIN_STEP, 1, 64, 50 << 10, 2, 1},
        {names[3], VIB_GPU_TRAIN_STEP, 2, 128, 256, 3, 1},
        {names[4], VIB_GPU_ENCODE, 1, 32, 0, 4, 1},
        {names[5], VIB_GPU_EVALUATE, 1, 32, 0, 5, 1},
        {names[6], VIB_GPU_DRAW, 1, 32, 0, 6, 1},
        {names[7], VIB_GPU_DECODE, 1, 32, 0, 7, 1},
        // The regression does not scale.
        {names[1], VIB_GPU_SCALE, 1, 32, 0, 1, 1}};
    static const VibKernel kernels[] = {
        {"gather", "gather", 0, 32, batch},
        {"scale", "scale", 64, 160, batch},
        {"rows", "train_step", 1600, 4096, batch},
        {"update", "train_step", 400, 2048, B::size},
        {"encode", "encode", 600, 1024, batch},
        {"evaluate", "evaluate", 400, 512, batch},
        {"draw", "draw", 100, 256, batch},
        {"decode", "decode", 300, 256, batch}};
    static const char ptx[] = "// mock";
    static const VibGpu gpu = {"sm_80", 80,          classes ? 8 : 7, launches,
                               ptx,     sizeof(ptx), "// mock cubin", 13};
    VibModel model = make();
    model.target = "cuda sm_80";
    model.num_kernels = 8;
    model.kernels = kernels;
    model.scale = model.train_step = nullptr;
    model.encode = model.evaluate = nullptr;
    model.draw = model.decode = nullptr;
    model.gpu = &gpu;
    return model;
  }

  static VibModel make() {
    constexpr uint32_t real = sizeof(Real) == 8 ? VIB_F64 : VIB_F32;
    static const int64_t encoder[] = {inputs, 2 * latents},
                         decoder[] = {latents, outputs}, transposed[] = {1, 0};
    static const VibParameter parameters[] = {
        {"encode.0.weight", real, 2, encoder, transposed, VIB_INIT_UNIFORM, 0,
         0.9, offsetof(B, weight), 0},
        {"encode.0.bias", real, 1, encoder + 1, nullptr, VIB_INIT_CONSTANT, 0,
         0, offsetof(B, bias), 0},
        {"decode.0.weight", real, 2, decoder, transposed, VIB_INIT_UNIFORM, 0,
         1.1, offsetof(B, decoder), 0},
        {"decode.0.bias", real, 1, decoder + 1, nullptr, VIB_INIT_CONSTANT, 0,
         0, offsetof(B, offset), 0}};
    static const VibTensor tensors[] = {
        {"x", real, 2, {batch, inputs}, offsetof(A, x), 0, 0, 0},
        classes
            ? VibTensor{"y", VIB_I32, 1, {batch}, offsetof(A, label), 0, 0, 0}
            : VibTensor{"y",
                        real,
                        2,
                        {batch, outputs},
                        offsetof(A, target),
                        0,
                        0,
                        0},
        {"nll", real, 1, {batch}, offsetof(A, nll), 0, 0, 0},
        {"rate", real, 1, {batch}, offsetof(A, rate), 0, 0, 0},
        {"rate_each",
         real,
         2,
         {batch, latents},
         offsetof(A, rate_each),
         0,
         0,
         0},
        {"error", real, 1, {batch}, offsetof(A, error), 0, 0, 0},
        {"mu", real, 2, {batch, latents}, offsetof(A, mu), 0, 0, 0},
        {"sigma", real, 2, {batch, latents}, offsetof(A, sigma), 0, 0, 0},
        {"z", real, 2, {batch, latents}, offsetof(A, z), 0, 0, 0},
        {"logits", real, 2, {batch, outputs}, offsetof(A, logits), 0, 0, 0},
        {"prediction",
         real,
         2,
         {batch, outputs},
         offsetof(A, prediction),
         0,
         0,
         0},
        {"image", VIB_U8, 2, {batch, inputs}, offsetof(A, image), 0, 0, 0}};
    static const VibKernel kernels[] = {
        {"rows", "train_step", 1600, 4096, batch},
        {"update", "train_step", 400, 2048, B::size}};

    VibModel model = {};
    model.magic = VIB_ABI_MAGIC;
    model.version = VIB_ABI_VERSION;
    model.size = sizeof(VibModel);
    model.name = classes ? "mock" : "mock-regression";
    model.hash = classes ? "c1a55e5" : "4e94e55";
    model.compiler = "by hand";
    model.target = "x86_64";
    model.features = "";
    model.options = "-O2";
    model.type = real;
    model.operands = real;
    model.batch = batch;
    model.epochs = 3;
    model.seed = 5;
    model.optimizer = classes ? VIB_ADAM : VIB_SGD;
    model.averaged = classes;
    model.rate = classes ? 0.03 : 0.01;
    model.beta1 = 0.5;
    model.beta2 = 0.999;
    model.epsilon = 1e-8;
    model.momentum = 0.5;
    model.average_decay = 0.9;
    model.rate_schedule = makeSchedule(VIB_STAIRCASE, 0.9, 1);
    // The classifier's images are as flat in the arena as vibc leaves them.
    static const TestLists lists = [] {
      TestLists made(
          classes ? Target::Classes : Target::Numbers, outputs, latents,
          classes ? std::vector<int64_t>{2, 2} : std::vector<int64_t>{inputs},
          classes);
      if (classes)
        made.coefficients[0].schedule =
            makeSchedule(VIB_CONSTANT, 0, 0, /*warmUp=*/1.5);
      return made;
    }();
    lists.describe(model);
    model.block_bytes = sizeof(B);
    model.moments = classes ? 2 : 1;
    model.num_parameters = 4;
    model.parameters = parameters;
    model.arena_bytes = sizeof(A);
    model.num_tensors = classes ? 12 : 11;
    model.num_kernels = 2;
    model.tensors = tensors;
    model.kernels = kernels;
    model.scale = classes ? scale : nullptr;
    model.train_step = trainStep;
    model.encode = encode;
    model.evaluate = evaluate;
    model.draw = draw;
    model.decode = decode;
    return model;
  }
};

} // namespace

const VibModel &mockClassifier() {
  static const VibModel model = Mock<double, 3, true>::make();
  return model;
}

const VibModel &mockRegression() {
  static const VibModel model = Mock<float, 1, false>::make();
  return model;
}

const VibModel &mockUnrated() {
  static const VibModel model = [] {
    VibModel unrated = mockClassifier();
    unrated.name = "mock-unrated";
    unrated.hash = "04a7ed0";
    static const TestLists lists = [] {
      TestLists made(Target::Classes, 3, latents, {2, 2}, /*scales=*/true);
      made.dropRate();
      return made;
    }();
    lists.describe(unrated);
    return unrated;
  }();
  return model;
}

const VibModel &mockGpuClassifier() {
  static const VibModel model = Mock<double, 3, true>::makeForGpu();
  return model;
}

const VibModel &mockGpuRegression() {
  static const VibModel model = Mock<float, 1, false>::makeForGpu();
  return model;
}

std::vector<MockKernel> mockKernels() {
  std::vector<MockKernel> kernels;
  Mock<double, 3, true>::addKernels(kernels);
  Mock<float, 1, false>::addKernels(kernels);
  return kernels;
}

} // namespace vib::runtime::test
