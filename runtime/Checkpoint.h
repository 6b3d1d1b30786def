//===- Checkpoint.h - Weights and checkpoints on disk -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `model.safetensors` contains one set of weights under the names of the model.
// `checkpoint.safetensors` contains all that is needed to resume bit for bit:
// the tensors `weights.NAME`, `moment1.NAME`, `moment2.NAME` and `average.NAME`
// that the model has, running sums as `sums.NAME` in F64, and the rest as
// metadata. Doubles in the metadata have enough digits to be read back bit for
// bit. In both files the weight of a linear layer is [out, in], as in PyTorch.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CHECKPOINT_H
#define VIB_RUNTIME_CHECKPOINT_H

#include "runtime/Abi.h"
#include "runtime/Memory.h"
#include "runtime/Safetensors.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// The blocks that training updates. A block that the model does not use is
/// empty.
struct State {
  /// Allocates the blocks that training needs, filled with zeros.
  explicit State(const VibModel &model);
  /// Allocates only the weights, for commands that do not train.
  static State ofWeights(const VibModel &model);

  Memory weights;
  Memory moment1;
  Memory moment2;
  Memory average;

  /// Copies what is no weight from the block of weights to that of averages, in
  /// which evaluation reads it.
  void shareStatistics(const VibModel &model);

  /// Points the call at these blocks.
  void bind(VibCall &call) const;

private:
  State() = default;
};

/// Returns the name of the first parameter ("encode.0.weight", "moment1 of …")
/// with a NaN or an infinity, or "" if all weights, moments and averages are
/// finite. Only a finite state may be written to a checkpoint.
std::string findNonFinite(const VibModel &model, const State &state);

/// The state of a run except its tensors. Nothing in it depends on the clock,
/// so that two runs of one program write the same bytes.
struct Checkpoint {
  std::string model; ///< VibModel::name
  std::string hash;  ///< VibModel::hash
  int64_t batch = 0;
  std::string training; ///< describeTraining of the model.
  std::string data;     ///< The fingerprints of the splits used.
  uint64_t seed = 0;
  /// The base values of the coefficients of the loss (--beta, --coefficient),
  /// by the names that flags have for them.
  std::map<std::string, double> coefficients;
  double rate = 0;     ///< The base learning rate (--lr).
  bool shuffle = true; ///< False for --no-shuffle.

  uint64_t step = 0; ///< Number of updates, in all runs together.
  /// Running sums over the current epoch, by name.
  std::map<std::string, std::vector<double>> sums;
  uint64_t metricsLines = 0; ///< Lines that metrics.jsonl had at this step.
  /// Further metadata, copied unchanged into checkpoints and weight files.
  Metadata extra;
};

/// A checkpoint, to be written while `state` is unchanged.
SafetensorsWriter packCheckpoint(const VibModel &model, const State &state,
                                 const Checkpoint &checkpoint);

/// Reads a checkpoint into `state`. Throws an Error if the file is not a
/// checkpoint, is truncated, or belongs to another model; the message names the
/// first difference.
Checkpoint loadCheckpoint(const std::string &path, const VibModel &model,
                          State &state);

/// Checks that a run can continue from `saved`: model, batch, optimizer,
/// schedules, seed, beta, learning rate, first label, data, validation,
/// shuffling and the file of --init must equal those of `wanted`. Otherwise
/// throws an Error that gives both values of everything that differs, and the
/// flags that make them equal.
void checkResume(const std::string &path, const Checkpoint &saved,
                 const Checkpoint &wanted);

/// The weights in `block` under the names of the model, to be written while
/// they are unchanged. The metadata consists of "weights", which is "average"
/// if `average` is set and "raw" otherwise, "model", "hash", "step", "seed",
/// "beta", and `extra`.
SafetensorsWriter packWeights(const VibModel &model, const void *block,
                              bool average, const Checkpoint &checkpoint);

/// The key of the metadata (Checkpoint::extra) for the value of a coefficient
/// at the last update: "current_beta".
std::string currentKey(const VibModel &model,
                       const VibCoefficient &coefficient);

/// The key of the metadata (Checkpoint::extra) for the label of class 0, which
/// is 0 if there is no such key.
constexpr const char *firstLabelKey = "first_label";

/// The keys of a run with validation data: the number of rows that were drawn,
/// or the fingerprint of a folder's; and the metric that epochs are compared
/// by.
constexpr const char *validationKey = "validation";
constexpr const char *keepBestKey = "keep_best";
/// The value of validationKey; "none" if there is none.
std::string validationOf(const Checkpoint &checkpoint);

/// The key for what a run began with, as describeInit() has it, or noInit. An
/// earlier version wrote none.
constexpr const char *initKey = "init";
constexpr const char *noInit = "none";
/// A file with a checksum, which tells whether another one is the same:
/// "a.safetensors (checksum 1a2b3c4d)". That of a pipe is unknown.
std::string describeInit(const std::string &path);
/// The same of weights in memory.
std::string describeInit(const std::string &name, const Memory &weights);

/// The key for why the run had diverged by its last line, if it had.
constexpr const char *divergedKey = "diverged";

/// The further metadata under a key, or `otherwise` if there is none.
std::string extraOf(const Checkpoint &checkpoint, const char *key,
                    const char *otherwise);

/// A fingerprint of all but the tensors and the sums.
std::string fingerprint(const Checkpoint &checkpoint);

/// Which weights loadWeights() reads.
enum class Use {
  Any,     ///< The averages if the file has them, else the raw weights.
  Average, ///< The averages. An Error if the file has raw weights only.
  Raw      ///< The raw weights. An Error if the file has averages only.
};

/// Reads weights into `block` from a file of packWeights(), a checkpoint, or a
/// state_dict that PyTorch saved as safetensors. F32 and F64 are converted to
/// the model's type. Throws an Error that names the first difference if names
/// or shapes differ. Returns the file's metadata, with "precision" set to the
/// precision of its tensors, and "weights" to "average" or "raw" if the file
/// says which it has.
Metadata loadWeights(const SafetensorsReader &reader, const VibModel &model,
                     Use use, void *block);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CHECKPOINT_H
