//===- LibraryCommands.cpp - The commands of the library ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/CpuSession.h"
#include "runtime/Divergence.h"
#include "runtime/Evaluate.h"
#include "runtime/Library.h"
#include "runtime/ModelLists.h"
#include "runtime/Parameter.h"
#include "runtime/Predict.h"
#include "runtime/Schedule.h"
#include "runtime/Signals.h"
#include "runtime/TrainingRun.h"

#include <memory>

using namespace vib::runtime;

namespace {

/// Refuses a null pointer in place of what a function needs.
template <typename T> const T &require(const T *given, const char *what) {
  if (!given)
    throw WrongUsage(fmt::format("expected {}, found null", what));
  return *given;
}

/// The flags of a training with validation data in memory. --keep-best and
/// --patience are accepted only beside --validation.
std::vector<const char *> flagsFor(const VibTraining &training,
                                   VibFlags flags) {
  std::vector<const char *> all;
  if (training.validation)
    all.push_back("--validation=memory");
  for (; flags && *flags; ++flags)
    all.push_back(*flags);
  all.push_back(nullptr);
  return all;
}

TrainingData makeTrainingData(const VibModel &model,
                              const VibTraining &training,
                              const Options &options) {
  uint64_t firstLabel = options.firstLabel.value_or(0);
  TrainingData data;
  data.train = require(training.train, "training data")
                   .split("train", model, firstLabel);
  if (training.test && options.evaluate != Choice::None)
    data.test = training.test->split("test", model, firstLabel);
  if (training.validation)
    data.validation =
        training.validation->split("validation", model, firstLabel);
  else if (options.validation && !options.validation->folder.empty())
    throw WrongUsage("--validation: expected a share of the training data or a "
                     "number of its rows; other data are given as arrays");
  fingerprintSplits(data);
  return data;
}

/// A session with weights, for the commands that do not train.
struct Prepared {
  Prepared(const VibModel &model, const VibWeights *weights,
           const Options &options)
      : session(makeSession(model, options)), state(State::ofWeights(model)),
        context(loadWeightsFor(options, require(weights, "weights").reader,
                               model, state.weights.data())) {
    session->setState(state);
  }

  const std::unique_ptr<Session> session;
  State state;
  const Context context;
};

/// Appends values, converted to the type of the result.
void append(VibResult &result, const std::vector<double> &values) {
  auto add = [&](const auto *begin) {
    auto *bytes = reinterpret_cast<const uint8_t *>(begin);
    result.data.insert(result.data.end(), bytes,
                       bytes + values.size() * sizeof(*begin));
  };
  if (result.type == ElementType::F64)
    return add(values.data());
  std::vector<float> rounded(values.begin(), values.end());
  add(rounded.data());
}

std::unique_ptr<VibResult> makeResult(const Prediction &prediction) {
  auto result = std::make_unique<VibResult>();
  result->type = prediction.type;
  result->shape = prediction.shape;
  return result;
}

} // namespace

VibStatus vib_train(const VibProgram *program, const VibTraining *training,
                    VibFlags flags, VibCallback callback, void *user,
                    VibRun **run) {
  *run = nullptr;
  return guard([&] {
    const VibModel &model = *program->model;
    LibraryCall call(model, callback, user);
    Options options =
        parseFlags(model, "train", flagsFor(*training, flags).data());
    if (training->init && (options.resume || !options.init.empty()))
      throw WrongUsage("initial weights are given, so --init and --resume "
                       "contradict them");
    TrainingData data = makeTrainingData(model, *training, options);
    TrainingRun its(model, options, call,
                    training->init ? &training->init->reader : nullptr);
    its.open();
    auto hand = [&] {
      *run = new VibRun{its.steps(), its.bestStep().value_or(0),
                        its.whyDiverged(), its.takeFiles()};
    };
    try {
      its.train(data);
    } catch (...) {
      // What has been trained is not lost.
      if (its.steps() > 0)
        hand();
      throw;
    }
    hand();
  });
}

uint64_t vib_run_steps(const VibRun *run) { return run->steps; }

uint64_t vib_run_best_step(const VibRun *run) { return run->bestStep; }

const char *vib_run_divergence(const VibRun *run) {
  return run->divergence.c_str();
}

const void *vib_run_file(const VibRun *run, const char *name, size_t *size) {
  // Without a std::string, which could throw into the caller's C.
  for (const auto &[its, bytes] : run->files)
    if (its == name) {
      *size = bytes.size();
      return bytes.data();
    }
  *size = 0;
  return nullptr;
}

void vib_run_free(VibRun *run) { delete run; }

VibStatus vib_evaluate(const VibProgram *program, const VibEvaluation *given,
                       VibFlags flags, VibCallback callback, void *user,
                       char **json) {
  *json = nullptr;
  return guard([&] {
    const VibModel &model = *program->model;
    LibraryCall call(model, callback, user);
    Options options = parseFlags(model, "eval", flags);
    Prepared prepared(model, given->weights, options);
    Split split = require(given->data, "data")
                      .split("test", model, prepared.context.firstLabel);
    Compared compared = {given->ood ? &given->ood->inputs : nullptr,
                         given->against ? &given->against->reader : nullptr};
    Evaluation evaluation = evaluateAll(
        *prepared.session, split, prepared.context, options, call, compared);
    std::string worse = describeWorseThanGuess(evaluation.figures, split);
    if (!worse.empty())
      call.warn(worse);
    *json = copyText(evaluation.json());
  });
}

VibArray vib_result_array(const VibResult *result) {
  return {"result", nameOf(result->type), result->data.data(),
          result->shape.data(), result->shape.size()};
}

void vib_result_free(VibResult *result) { delete result; }

VibStatus vib_predict(const VibProgram *program, const VibData *data,
                      const VibWeights *weights, VibFlags flags,
                      VibCallback callback, void *user, VibResult **result) {
  *result = nullptr;
  return guard([&] {
    const VibModel &model = *program->model;
    LibraryCall call(model, callback, user);
    Options options = parseFlags(model, "predict", flags);
    Prepared prepared(model, weights, options);
    Prediction prediction = describePrediction(
        model, options, require(data, "data").inputs.front().rows());
    std::unique_ptr<VibResult> its = makeResult(prediction);
    predict(*prepared.session, data->inputs, prediction, options,
            prepared.context.seed, call,
            [&](const std::vector<double> &values) { append(*its, values); });
    *result = its.release();
  });
}

VibStatus vib_decode(const VibProgram *program, const VibArray *latents,
                     size_t count, const VibWeights *weights, VibFlags flags,
                     VibCallback callback, void *user, VibResult **result) {
  *result = nullptr;
  return guard([&] {
    const VibModel &model = *program->model;
    LibraryCall call(model, callback, user);
    Options options = parseFlags(model, "decode", flags);
    std::vector<std::vector<double>> values;
    int64_t rows = 0;
    for (const VibStream &stream : streamsOf(model)) {
      const VibArray *found = nullptr;
      for (size_t i = 0; i < count; ++i)
        if (model.num_streams == 1 ||
            std::string_view(latents[i].name) == stream.name)
          found = &latents[i];
      if (!found || count != model.num_streams)
        throw WrongData(fmt::format("expected the latents of {}, found {}",
                                    namesOfPosteriors(model),
                                    counted(int64_t(count), "array")));
      NamedArray array = borrow(*found, "");
      values.push_back(
          checkData([&] { return makeLatents(array, model, stream); }));
      if (rows > 0 && array.array.rows() != rows)
        throw WrongData(fmt::format("{}: {}, expected {} as of the others",
                                    array.source,
                                    counted(array.array.rows(), "row"), rows));
      rows = array.array.rows();
    }
    Prepared prepared(model, weights, options);
    Prediction prediction = describeDecoding(model, options, rows);
    std::unique_ptr<VibResult> its = makeResult(prediction);
    decode(*prepared.session, values, "the latents", prediction, options, call,
           [&](const std::vector<double> &decoded) { append(*its, decoded); });
    *result = its.release();
  });
}

VibStatus vib_gradients(const VibProgram *program, const VibData *data,
                        const VibWeights *weights, uint64_t step,
                        VibFlags flags, double *loss, VibWeights **gradients) {
  *gradients = nullptr;
  *loss = 0;
  return guard([&] {
    const VibModel &model = *program->model;
    LibraryCall call(model, nullptr, nullptr);
    Options options = parseFlags(model, "train", flags);
    if (!model.gradients)
      fail("{} was compiled without gradients: vibc --gradients adds them",
           model.name);
    Split split = require(data, "data")
                      .split("train", model, options.firstLabel.value_or(0));
    if (split.rows() > model.batch)
      throw WrongData(fmt::format(
          "gradients are of one batch: expected at most {}, found {}",
          counted(model.batch, "row"), grouped(split.rows())));
    CpuSession session(model, options.threads);
    State state(model);
    loadWeights(require(weights, "weights").reader, model, Use::Any,
                state.weights.data());
    state.shareStatistics(model);
    session.setState(state);
    int rows = session.addRows(split.inputs, &split.labels);

    HyperParameters values = valuesFor(model, options);
    VibStep its = makeTrainStep(model, values, step, 1);
    std::copy(values.coefficients.begin(), values.coefficients.end(),
              its.coefficients);
    setBatch(its, 0, split.rows());
    Memory block(model.block_bytes, "the gradients");
    StepSums sums = session.computeGradients(rows, its, block.data());

    SafetensorsWriter writer;
    for (uint32_t i = 0; i < model.num_parameters; ++i) {
      const VibParameter &parameter = model.parameters[i];
      writer.add(parameter.name, parameter.type == VIB_F64 ? "F64" : "F32",
                 fileShape(parameter), [&parameter, &block](void *plain) {
                   vib_read_parameter(&parameter, block.data(), plain);
                 });
    }
    *gradients =
        new VibWeights{SafetensorsReader(writer.serialize(), "the gradients")};
    for (const VibTerm &term : termsOf(model)) {
      double mean = sums.figures[term.figure] / sums.divisors[term.figure];
      *loss += factorOf(term, its.coefficients) *
               applyFunction(term, mean, argumentOf(term, its.coefficients));
    }
  });
}
