//===- Checkpoint.cpp - Weights and checkpoints on disk -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/Checksums.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Json.h"
#include "runtime/ModelLists.h"
#include "runtime/Parameter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <unordered_set>

namespace vib::runtime {

namespace {

constexpr const char *kindKey = "vib";
constexpr const char *checkpointKind = "checkpoint";
constexpr const char *weightsKind = "weights";
constexpr std::string_view sumsPrefix = "sums.";
constexpr const char *statePrefix = "state.";
constexpr const char *averagePrefix = "average.";
constexpr std::string_view coefficientPrefix = "coefficient.";

/// The keys of the metadata that packCheckpoint() writes. All others belong to
/// Checkpoint::extra. Earlier versions wrote "beta" for a loss without a rate,
/// too.
constexpr const char *metadataKeys[] = {
    "vib",  "model",         "hash",       "batch",    "training",
    "data", "seed",          "beta",       "rate",     "shuffle",
    "step", "metrics_lines", checksumsKey, checksumKey};

const char *fileType(uint32_t type) { return type == VIB_F64 ? "F64" : "F32"; }

std::vector<int64_t> shapeOf(const VibState &slot) {
  return {slot.shape, slot.shape + slot.rank};
}

const char *precisionOf(const std::string &fileType) {
  return fileType == "F64" ? "f64" : "f32";
}

template <typename T>
bool isFinite(const VibParameter &parameter, const void *block) {
  const T *values = parameterData<T>(parameter, block);
  bool finite = true;
  visitElements(parameter, [&](size_t at, size_t) {
    finite &= std::isfinite(values[at]);
  });
  return finite;
}

bool isFinite(const VibParameter &parameter, const void *block) {
  return parameter.type == VIB_F64 ? isFinite<double>(parameter, block)
                                   : isFinite<float>(parameter, block);
}

/// Adds every parameter of a block as PREFIX + its name. The block is read when
/// the file is written.
void addBlock(SafetensorsWriter &writer, const VibModel &model,
              const void *block, const std::string &prefix) {
  for (uint32_t i = 0; i < model.num_parameters; ++i) {
    const VibParameter &parameter = model.parameters[i];
    writer.add(prefix + parameter.name, fileType(parameter.type),
               fileShape(parameter), [&parameter, block](void *plain) {
                 vib_read_parameter(&parameter, block, plain);
               });
  }
}

/// Reads a parameter of type T from a tensor of F32 or F64.
template <typename T>
void readAs(const SafetensorsReader::Tensor &tensor,
            const VibParameter &parameter, void *block) {
  T *memory = parameterData<T>(parameter, block);
  auto read = [&](auto value) {
    visitElements(parameter, [&](size_t at, size_t file) {
      // A tensor need not be aligned in its file.
      memcpy(&value, tensor.data + file * sizeof(value), sizeof(value));
      memory[at] = T(value);
    });
  };
  tensor.type == "F64" ? read(double()) : read(float());
}

/// The name of the model, and that of the file's model if it is another.
std::string describeModels(const SafetensorsReader &reader,
                           const VibModel &model) {
  auto found = reader.metadata().find("model");
  if (found == reader.metadata().end() || found->second == model.name)
    return model.name;
  return fmt::format("{} (the file is of the model {})", model.name,
                     found->second);
}

/// "the checkpoint's seed is 3, this run's is 0".
template <typename T>
std::string describeDifference(const char *what, const T &found,
                               const T &expected) {
  return fmt::format("the checkpoint's {} is {}, this run's is {}", what, found,
                     expected);
}

/// Advice for a difference that is compiled into the program, so that no flag
/// removes it.
std::string adviseInit(const std::string &path) {
  return fmt::format("; --init {} and another --out start from its weights",
                     path);
}

/// A run of another model cannot be resumed, whatever else differs.
void requireModel(const std::string &path, const std::string &found,
                  const std::string &expected) {
  if (found != expected)
    fail("{}: cannot resume: {}; give another --out", path,
         describeDifference("model", found, expected));
}

std::string listTensors(const SafetensorsReader &reader) {
  std::vector<std::string> names;
  for (const SafetensorsReader::Tensor &tensor : reader.tensors())
    names.push_back(tensor.name);
  return names.empty() ? "none" : listNames(names);
}

std::string listParameters(const VibModel &model, const std::string &prefix) {
  std::vector<std::string> names;
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    names.push_back(prefix + model.parameters[i].name);
  return listNames(names);
}

/// Advice for a file whose names have a prefix, as those of torch.compile and
/// DataParallel do; "" for other files.
std::string adviseNames(const SafetensorsReader &reader,
                        const std::string &name) {
  for (const SafetensorsReader::Tensor &tensor : reader.tensors()) {
    size_t size = tensor.name.size();
    if (size <= name.size() || tensor.name[size - name.size() - 1] != '.' ||
        tensor.name.compare(size - name.size(), size, name) != 0)
      continue;
    return fmt::format(" (there is '{}': remove '{}' from the names)",
                       tensor.name, tensor.name.substr(0, size - name.size()));
  }
  return "";
}

/// Whether a tensor of shape `found` has the numbers of one of shape `expected`
/// in the same order. Earlier versions wrote the weight of a convolution as
/// [out, in * height * width].
bool hasOrderOf(const std::vector<int64_t> &found,
                const std::vector<int64_t> &expected) {
  if (expected.size() != 4 || found.size() != 2 || found[0] != expected[0])
    return found == expected;
  return found[1] == expected[1] * expected[2] * expected[3];
}

/// Reads every parameter of a block from PREFIX + its name. Another type than
/// the model's is an Error unless `convert` is set.
void readBlock(const SafetensorsReader &reader, const VibModel &model,
               const std::string &prefix, bool convert, void *block) {
  for (uint32_t i = 0; i < model.num_parameters; ++i) {
    const VibParameter &parameter = model.parameters[i];
    std::string name = prefix + parameter.name;
    const SafetensorsReader::Tensor *tensor = reader.find(name);
    if (!tensor)
      fail("{}: no tensor '{}', as expected for the model {}{}; found {}; "
           "expected {}",
           reader.name(), name, describeModels(reader, model),
           adviseNames(reader, name), listTensors(reader),
           listParameters(model, prefix));
    std::vector<int64_t> shape = fileShape(parameter);
    if (!hasOrderOf(tensor->shape, shape))
      fail("{}: the tensor '{}' has the shape {}, expected {} for the model {}",
           reader.name(), name, formatShape(tensor->shape), formatShape(shape),
           describeModels(reader, model));
    if (tensor->type != "F32" && tensor->type != "F64")
      fail("{}: the tensor '{}' is of type {}, expected {}", reader.name(),
           name, tensor->type,
           convert ? "F32 or F64" : fileType(parameter.type));
    if (!convert && tensor->type != fileType(parameter.type))
      fail("{}: cannot resume: {}{}", reader.name(),
           describeDifference("precision", precisionOf(tensor->type),
                              precisionOf(fileType(parameter.type))),
           adviseInit(reader.name()));
    if (parameter.type == VIB_F64)
      readAs<double>(*tensor, parameter, block);
    else
      readAs<float>(*tensor, parameter, block);
    if (!isFinite(parameter, block))
      fail("{}: the tensor '{}' has a value that is not finite in {}, expected "
           "finite ones",
           reader.name(), name, fileType(parameter.type));
  }
}

/// Adds what is neither a weight nor the optimizer's.
void addState(SafetensorsWriter &writer, const VibModel &model,
              const void *block, const std::string &prefix) {
  for (const VibState &slot : stateOf(model))
    writer.add(prefix + slot.name, fileType(slot.type), shapeOf(slot),
               static_cast<const char *>(block) + slot.offset);
}

/// The name that PyTorch has for the number of updates of a running statistic;
/// "" of other state. A normalization has one such number.
std::string countName(const VibState &slot) {
  std::string name = slot.name;
  if (slot.kind != VIB_STATE_RUNNING_VARIANCE)
    return "";
  return name.substr(0, name.rfind('.') + 1) + "num_batches_tracked";
}

/// Copies numbers, which need not be aligned, to a slot of its own type.
/// Returns whether all are finite, the deviations positive, and the variances
/// not negative.
template <typename From>
bool copyState(const char *from, const VibState &slot, char *memory) {
  auto copy = [&](auto *to) {
    bool isValid = true;
    for (int64_t i = 0; i < slot.shape[0]; ++i) {
      From value;
      memcpy(&value, from + size_t(i) * sizeof(From), sizeof(From));
      to[i] = std::remove_pointer_t<decltype(to)>(value);
      isValid &= std::isfinite(to[i]) &&
                 (slot.kind != VIB_STATE_DEVIATION || to[i] > 0) &&
                 (slot.kind != VIB_STATE_RUNNING_VARIANCE || to[i] >= 0);
    }
    return isValid;
  };
  return slot.type == VIB_F64 ? copy(reinterpret_cast<double *>(memory))
                              : copy(reinterpret_cast<float *>(memory));
}

/// Reads the state of a block; running statistics have a prefix of their own.
/// With `convert`, the file may have the other type of floats.
void readState(const SafetensorsReader &reader, const VibModel &model,
               const std::string &prefix, const std::string &runningPrefix,
               bool convert, void *block) {
  for (const VibState &slot : stateOf(model)) {
    std::string name = (isRunning(slot) ? runningPrefix : prefix) + slot.name;
    const SafetensorsReader::Tensor *tensor = reader.find(name);
    bool isF64 = tensor && tensor->type == "F64";
    if (!tensor || tensor->shape != shapeOf(slot) ||
        !(convert ? isF64 || tensor->type == "F32"
                  : tensor->type == fileType(slot.type)))
      fail("{}: expected the tensor '{}' of type {} and shape {}, a statistic "
           "of the {} that the model was trained on, but found {}",
           reader.name(), name, convert ? "F32 or F64" : fileType(slot.type),
           formatShape(shapeOf(slot)), isRunning(slot) ? "batches" : "data",
           tensor ? tensor->type + " " + formatShape(tensor->shape)
                  : std::string("none"));
    char *memory = static_cast<char *>(block) + slot.offset;
    auto *data = reinterpret_cast<const char *>(tensor->data);
    if (!(isF64 ? copyState<double>(data, slot, memory)
                : copyState<float>(data, slot, memory)))
      fail("{}: the tensor '{}' has a value that is not finite{}",
           reader.name(), name,
           slot.kind == VIB_STATE_DEVIATION          ? " or not positive"
           : slot.kind == VIB_STATE_RUNNING_VARIANCE ? " or negative"
                                                     : "");
  }
}

/// Adds PREFIX + the name of each parameter.
void addNames(const VibModel &model, const std::string &prefix,
              std::unordered_set<std::string> &names) {
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    names.insert(prefix + model.parameters[i].name);
}

/// Calls `visit` with the prefix and the memory of each block that is not
/// empty.
template <typename StateType, typename Visitor>
void visitBlocks(StateType &state, Visitor visit) {
  for (auto [prefix, memory] : {std::pair("weights.", &state.weights),
                                std::pair("moment1.", &state.moment1),
                                std::pair("moment2.", &state.moment2),
                                std::pair(averagePrefix, &state.average)})
    if (memory->data())
      visit(std::string(prefix), *memory);
}

/// The key of the metadata for the base value of a coefficient.
std::string coefficientKey(const std::string &name) {
  return name == "beta" ? name : std::string(coefficientPrefix) + name;
}

/// Prints `value` with enough digits to be read back bit for bit.
std::string print(double value) { return fmt::format("{}", value); }

const std::string &getString(const SafetensorsReader &reader,
                             const std::string &key) {
  auto found = reader.metadata().find(key);
  if (found == reader.metadata().end())
    fail("{}: damaged: expected '{}' in the metadata, found none",
         reader.name(), key);
  return found->second;
}

template <typename T>
T getNumber(const SafetensorsReader &reader, const std::string &key) {
  getString(reader, key);
  return *findNumber<T>(reader.metadata(), reader.name(), key);
}

uint64_t getCount(const SafetensorsReader &reader, const std::string &key) {
  getString(reader, key);
  return uint64_t(*findCount(reader.metadata(), reader.name(), key));
}

/// Splits a description of the training at the commas that are not within
/// parentheses.
std::vector<std::string> splitTraining(const std::string &text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += (text[i] == '(') - (text[i] == ')');
    if (depth == 0 && text.compare(i, 2, ", ") == 0) {
      parts.emplace_back();
      ++i;
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

/// Removes the precision of the operands, the last part of a description, and
/// returns it. A description has no such part if the operands have the type of
/// the tensors; the result is then "f32".
std::string takeOperands(std::vector<std::string> &parts) {
  const std::string operands = "operands ";
  if (parts.back().compare(0, operands.size(), operands) != 0)
    return "f32";
  std::string precision = parts.back().substr(operands.size());
  parts.pop_back();
  return precision;
}

/// The parts of the training that differ, as describeDifference() puts them.
std::vector<std::string> compareTraining(const std::string &saved,
                                         const std::string &wanted) {
  std::vector<std::string> found = splitTraining(saved),
                           expected = splitTraining(wanted), differences;
  std::string foundOperands = takeOperands(found),
              expectedOperands = takeOperands(expected);
  size_t parts = std::max(found.size(), expected.size());
  found.resize(parts, "without it");
  expected.resize(parts, "without it");
  for (size_t i = 0; i < parts; ++i)
    if (found[i] != expected[i])
      differences.push_back(
          describeDifference("training", found[i], expected[i]));
  if (foundOperands != expectedOperands)
    differences.push_back(
        describeDifference("precision", foundOperands, expectedOperands));
  return differences;
}

constexpr const char *noValue = "none";

/// The two parts of a text of describeInit().
std::string pathOfInit(const std::string &init) {
  return init.substr(0, init.rfind(" ("));
}
std::string checksumOfInit(const std::string &init) {
  return init.substr(pathOfInit(init).size());
}

/// What a checkpoint has as metadata.
Metadata describe(const Checkpoint &checkpoint) {
  Metadata metadata = checkpoint.extra;
  metadata[kindKey] = checkpointKind;
  metadata["model"] = checkpoint.model;
  metadata["hash"] = checkpoint.hash;
  metadata["batch"] = std::to_string(checkpoint.batch);
  metadata["training"] = checkpoint.training;
  metadata["data"] = checkpoint.data;
  metadata["seed"] = std::to_string(checkpoint.seed);
  for (const auto &[name, value] : checkpoint.coefficients)
    metadata[coefficientKey(name)] = print(value);
  metadata["rate"] = print(checkpoint.rate);
  metadata["shuffle"] = checkpoint.shuffle ? "1" : "0";
  metadata["step"] = std::to_string(checkpoint.step);
  metadata["metrics_lines"] = std::to_string(checkpoint.metricsLines);
  return metadata;
}

std::string kindOf(const SafetensorsReader &reader) {
  auto found = reader.metadata().find(kindKey);
  return found == reader.metadata().end() ? "" : found->second;
}

} // namespace

std::string currentKey(const VibModel &model,
                       const VibCoefficient &coefficient) {
  return fmt::format("current_{}", nameOf(model, coefficient));
}

State::State(const VibModel &model) {
  auto blocks = Memory::allocateTogether(
      {model.block_bytes, model.moments >= 1 ? model.block_bytes : 0,
       model.moments >= 2 ? model.block_bytes : 0,
       model.averaged ? model.block_bytes : 0},
      "the weights of the model and what the optimizer keeps of each");
  Memory *const members[] = {&weights, &moment1, &moment2, &average};
  for (size_t i = 0; i < blocks.size(); ++i)
    *members[i] = std::move(blocks[i]);
}

State State::ofWeights(const VibModel &model) {
  State state;
  state.weights = Memory(model.block_bytes, "the weights of the model");
  return state;
}

void State::shareStatistics(const VibModel &model) {
  for (const VibState &slot : stateOf(model))
    if (average.data())
      memcpy(average.as<char>(slot.offset), weights.as<char>(slot.offset),
             size_t(slot.shape[0]) * (slot.type == VIB_F64 ? 8 : 4));
}

void State::bind(VibCall &call) const {
  call.weights = weights.data();
  call.moment1 = moment1.data();
  call.moment2 = moment2.data();
  call.average = average.data();
}

static bool isFinite(const VibState &slot, const Memory &block) {
  auto areFinite = [&](auto *values) {
    return std::all_of(values, values + slot.shape[0],
                       [](auto value) { return std::isfinite(value); });
  };
  return slot.type == VIB_F64 ? areFinite(block.as<double>(slot.offset))
                              : areFinite(block.as<float>(slot.offset));
}

std::string findNonFinite(const VibModel &model, const State &state) {
  std::string result;
  visitBlocks(state, [&](const std::string &prefix, const Memory &block) {
    for (uint32_t i = 0; result.empty() && i < model.num_parameters; ++i) {
      const VibParameter &parameter = model.parameters[i];
      if (isFinite(parameter, block.data()))
        continue;
      std::string_view kind(prefix.data(), prefix.size() - 1);
      result = kind == "weights"
                   ? parameter.name
                   : fmt::format("{} of {}", kind, parameter.name);
    }
  });
  for (const VibState &slot : stateOf(model))
    if (result.empty() && !isFinite(slot, state.weights))
      result = slot.name;
  return result;
}

SafetensorsWriter packCheckpoint(const VibModel &model, const State &state,
                                 const Checkpoint &checkpoint) {
  SafetensorsWriter writer;
  visitBlocks(state, [&](const std::string &prefix, const Memory &block) {
    addBlock(writer, model, block.data(), prefix);
  });
  addState(writer, model, state.weights.data(), statePrefix);
  for (const VibState &slot : stateOf(model))
    if (isRunning(slot) && state.average.data())
      writer.add(averagePrefix + std::string(slot.name), fileType(slot.type),
                 shapeOf(slot), state.average.as<char>(slot.offset));
  for (const auto &[name, values] : checkpoint.sums)
    writer.add(std::string(sumsPrefix) + name, "F64", {int64_t(values.size())},
               values.data());
  writer.metadata = describe(checkpoint);
  addChecksums(writer);
  return writer;
}

Checkpoint loadCheckpoint(const std::string &path, const VibModel &model,
                          State &state) {
  SafetensorsReader reader(path);
  if (kindOf(reader) != checkpointKind)
    fail("{}: {}, expected a checkpoint", path,
         kindOf(reader) == weightsKind ? "it contains only weights"
                                       : "not a file of this program's");
  verifyChecksums(reader);
  Checkpoint checkpoint;
  checkpoint.model = getString(reader, "model");
  requireModel(path, checkpoint.model, model.name);
  visitBlocks(state, [&](const std::string &prefix, Memory &block) {
    readBlock(reader, model, prefix, false, block.data());
  });
  std::unordered_set<std::string> known;
  readState(reader, model, statePrefix, statePrefix, false,
            state.weights.data());
  if (state.average.data())
    readState(reader, model, statePrefix, averagePrefix, false,
              state.average.data());
  for (const VibState &slot : stateOf(model)) {
    known.insert(statePrefix + std::string(slot.name));
    if (isRunning(slot))
      known.insert(averagePrefix + std::string(slot.name));
  }
  visitBlocks(state, [&](const std::string &prefix, const Memory &) {
    addNames(model, prefix, known);
  });
  for (const SafetensorsReader::Tensor &tensor : reader.tensors()) {
    if (known.count(tensor.name))
      continue;
    if (tensor.name.compare(0, sumsPrefix.size(), sumsPrefix) != 0 ||
        tensor.type != "F64")
      fail("{}: the tensor '{}' of type {} is not one of the model {}, "
           "expected none beside them but sums of type F64",
           path, tensor.name, tensor.type, model.name);
    std::vector<double> &values =
        checkpoint.sums[tensor.name.substr(sumsPrefix.size())];
    values.resize(tensor.size / sizeof(double));
    if (!values.empty())
      memcpy(values.data(), tensor.data, tensor.size);
  }
  checkpoint.extra = reader.metadata();
  for (const char *key : metadataKeys)
    checkpoint.extra.erase(key);
  // A checkpoint of another model may lack a coefficient.
  checkpoint.hash = getString(reader, "hash");
  for (const VibCoefficient &coefficient : coefficientsOf(model)) {
    std::string name = nameOf(model, coefficient), key = coefficientKey(name);
    if (checkpoint.hash == model.hash || reader.metadata().count(key))
      checkpoint.coefficients[name] = getNumber<double>(reader, key);
    checkpoint.extra.erase(key);
  }
  checkpoint.batch = int64_t(getCount(reader, "batch"));
  checkpoint.training = getString(reader, "training");
  checkpoint.data = getString(reader, "data");
  checkpoint.seed = getNumber<uint64_t>(reader, "seed");
  checkpoint.rate = getNumber<double>(reader, "rate");
  checkpoint.shuffle = getNumber<int>(reader, "shuffle") != 0;
  checkpoint.step = getCount(reader, "step");
  checkpoint.metricsLines = getCount(reader, "metrics_lines");
  return checkpoint;
}

std::string extraOf(const Checkpoint &checkpoint, const char *key,
                    const char *otherwise) {
  auto found = checkpoint.extra.find(key);
  return found == checkpoint.extra.end() ? otherwise : found->second;
}

std::string validationOf(const Checkpoint &checkpoint) {
  return extraOf(checkpoint, validationKey, noValue);
}

std::string fingerprint(const Checkpoint &checkpoint) {
  std::string text;
  for (const auto &[key, value] : describe(checkpoint))
    text += fmt::format("{}={}\n", key, value);
  return checksumOf(text.data(), text.size());
}

std::string describeInit(const std::string &path) {
  std::string checksum = "unknown";
  // A pipe is read once only.
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    Bytes bytes = readFile(path);
    checksum = checksumOf(bytes.data(), bytes.size());
  }
  return fmt::format("{} (checksum {})", withoutInvalidBytes(path), checksum);
}

std::string describeInit(const std::string &name, const Memory &weights) {
  return fmt::format("{} (checksum {})", name,
                     checksumOf(weights.data(), weights.size()));
}

void checkResume(const std::string &path, const Checkpoint &saved,
                 const Checkpoint &wanted) {
  requireModel(path, saved.model, wanted.model);
  std::vector<std::string> differences, flags;
  auto compare = [&](const char *what, const auto &found,
                     const auto &expected) {
    if (found != expected)
      differences.push_back(describeDifference(what, found, expected));
    return found == expected;
  };
  compare("model hash", saved.hash, wanted.hash);
  compare("batch", saved.batch, wanted.batch);
  for (std::string &part : compareTraining(saved.training, wanted.training))
    differences.push_back(std::move(part));
  bool isSameProgram = differences.empty();

  if (!compare("seed", saved.seed, wanted.seed))
    flags.push_back(fmt::format("--seed {}", saved.seed));
  for (const auto &[name, value] : wanted.coefficients) {
    auto found = saved.coefficients.find(name);
    if (found == saved.coefficients.end() ||
        compare(name.c_str(), found->second, value))
      continue;
    flags.push_back(name == "beta" ? "--beta " + print(found->second)
                                   : fmt::format("--coefficient {}={}", name,
                                                 print(found->second)));
  }
  if (!compare("learning rate", saved.rate, wanted.rate))
    flags.push_back("--lr " + print(saved.rate));
  std::string firstLabel = extraOf(saved, firstLabelKey, "0");
  if (!compare("first label", firstLabel, extraOf(wanted, firstLabelKey, "0")))
    flags.push_back("--first-label " + firstLabel);
  if (!compare("data (fingerprint)", saved.data, wanted.data))
    flags.push_back("the same --data");
  if (!compare("shuffling", std::string(saved.shuffle ? "on" : "off"),
               std::string(wanted.shuffle ? "on" : "off")))
    flags.push_back(saved.shuffle ? "without --no-shuffle" : "--no-shuffle");
  std::string validation = validationOf(saved);
  if (!compare("validation", validation, validationOf(wanted)))
    flags.push_back(validation == noValue ? "no --validation"
                    : validation.find(' ') == std::string::npos
                        ? "--validation " + validation
                        : "the same --validation");
  std::string metric = extraOf(saved, keepBestKey, noValue);
  if (!compare("metric of the best epoch", metric,
               extraOf(wanted, keepBestKey, noValue)) &&
      metric != noValue)
    flags.push_back("--keep-best " + metric);
  std::string wantedInit = extraOf(wanted, initKey, noInit);
  std::string init = extraOf(saved, initKey, wantedInit.c_str());
  if (checksumOfInit(init) != checksumOfInit(wantedInit)) {
    compare("--init", init, wantedInit);
    flags.push_back(init == noInit ? "no --init"
                                   : "--init " + pathOfInit(init));
  }
  if (differences.empty())
    return;
  fail("{}: cannot resume: {}{}", path, fmt::join(differences, "; "),
       isSameProgram
           ? fmt::format("; to resume, give the flags of that run again: {}",
                         fmt::join(flags, ", "))
           : adviseInit(path));
}

SafetensorsWriter packWeights(const VibModel &model, const void *block,
                              bool average, const Checkpoint &checkpoint) {
  SafetensorsWriter writer;
  addBlock(writer, model, block, "");
  addState(writer, model, block, "");
  int64_t updates = int64_t(checkpoint.step);
  for (const VibState &slot : stateOf(model))
    if (std::string name = countName(slot); !name.empty())
      writer.add(name, "I64", {}, &updates);
  Metadata &metadata = writer.metadata;
  metadata = checkpoint.extra;
  metadata["format"] = "pt";
  metadata[kindKey] = weightsKind;
  metadata["model"] = checkpoint.model;
  metadata["hash"] = checkpoint.hash;
  metadata["step"] = std::to_string(checkpoint.step);
  metadata["seed"] = std::to_string(checkpoint.seed);
  for (const auto &[name, value] : checkpoint.coefficients)
    metadata[coefficientKey(name)] = print(value);
  metadata["weights"] = average ? "average" : "raw";
  return writer;
}

Metadata loadWeights(const SafetensorsReader &reader, const VibModel &model,
                     Use use, void *block) {
  const std::string &path = reader.name();
  Metadata metadata = reader.metadata();
  std::string prefix;
  if (kindOf(reader) == checkpointKind) {
    verifyChecksums(reader);
    bool averages = false;
    for (uint32_t i = 0; i < model.num_parameters; ++i)
      averages |= reader.find(fmt::format("average.{}",
                                          model.parameters[i].name)) != nullptr;
    if (use == Use::Average && !averages)
      fail(
          "{}: the checkpoint contains only raw weights, expected average ones",
          path);
    bool average = averages && use != Use::Raw;
    prefix = average ? "average." : "weights.";
    metadata["weights"] = average ? "average" : "raw";
  } else {
    auto found = metadata.find("weights");
    bool says = found != metadata.end();
    if (says && found->second != "average" && found->second != "raw")
      fail("{}: the metadata 'weights' is '{}', expected 'average' or 'raw'",
           path, found->second);
    std::string_view wanted = use == Use::Average ? "average" : "raw";
    if (use != Use::Any && says && found->second != wanted)
      fail("{}: the file contains only {} weights, expected {} ones (a "
           "checkpoint contains both)",
           path, found->second, wanted);
  }
  readBlock(reader, model, prefix, true, block);
  std::string ofData = prefix.empty() ? "" : statePrefix;
  readState(reader, model, ofData, prefix == averagePrefix ? prefix : ofData,
            true, block);
  metadata["precision"] =
      precisionOf(reader.find(prefix + model.parameters[0].name)->type);
  std::unordered_set<std::string> known;
  addNames(model, prefix, known);
  for (const VibState &slot : stateOf(model)) {
    known.insert(slot.name);
    known.insert(countName(slot));
  }
  if (prefix.empty())
    for (const SafetensorsReader::Tensor &tensor : reader.tensors())
      if (!known.count(tensor.name))
        fail("{}: the tensor '{}' is not one of the model {}; expected {}",
             path, tensor.name, model.name, listParameters(model, ""));
  return metadata;
}

} // namespace vib::runtime
