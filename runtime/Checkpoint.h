//===- Checkpoint.h - Weights and checkpoints on disk -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `model.safetensors` holds one set of weights under the names of the model.
// `checkpoint.safetensors` holds all that resuming bit for bit needs: the
// tensors `weights.NAME`, `moment1.NAME`, `moment2.NAME` and `average.NAME` as
// far as the model has them, running sums as `sums.NAME` in F64, and the rest
// as metadata. Doubles in metadata have as many digits as they need to come
// back bit for bit. In both, a linear's weight is [out, in] as in PyTorch.
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

/// What training changes. A block that the model has no use for is empty.
struct State {
  /// Zeroed blocks as the model needs them.
  explicit State(const VibModel &model);
  /// Weights alone, for those who do not train.
  static State ofWeights(const VibModel &model);

  Memory weights;
  Memory moment1;
  Memory moment2;
  Memory average;

  /// Points the call at these blocks.
  void bind(VibCall &call) const;

private:
  State() = default;
};

/// The name of the first parameter ("encode.0.weight", "moment1 of …") that
/// holds a NaN or an infinity, or "" if all weights, moments and averages are
/// finite. A checkpoint may be written only then.
std::string findNonFinite(const VibModel &model, const State &state);

/// Where a run stands, apart from its tensors. Nothing of it depends on the
/// clock, so that two runs of one program write the same bytes.
struct Checkpoint {
  std::string model; ///< VibModel::name
  std::string hash;  ///< VibModel::hash
  int64_t batch = 0;
  std::string training; ///< describeTraining of the model.
  std::string data;     ///< Fingerprint of the data: one for every split used.
  uint64_t seed = 0;
  /// The coefficient (--beta), the final one. None if the loss has no rate.
  std::optional<double> beta;
  double rate = 0;     ///< The base learning rate (--lr).
  bool shuffle = true; ///< False for --no-shuffle.

  uint64_t step = 0; ///< Updates done, over all runs.
  /// Running sums over the epoch that has begun, by name.
  std::map<std::string, std::vector<double>> sums;
  uint64_t metricsLines = 0; ///< Lines of metrics.jsonl that are older.
  /// Anything else; goes into the metadata of checkpoints and weights as it is.
  Metadata extra;
};

/// Writes a checkpoint, atomically.
void saveCheckpoint(const std::string &path, const VibModel &model,
                    const State &state, const Checkpoint &checkpoint);

/// Reads a checkpoint into `state`. A file that is none, is cut short, or is of
/// another model is an error that names the first difference.
Checkpoint loadCheckpoint(const std::string &path, const VibModel &model,
                          State &state);

/// Checks that a run can go on from `saved`: seed, beta, rate, model, batch,
/// optimizer, schedules, data and shuffling are those of `wanted`. The error
/// names both values.
void checkResume(const std::string &path, const Checkpoint &saved,
                 const Checkpoint &wanted);

/// Writes the weights in `block` under the names of the model, atomically.
/// `average` says which weights these are; the metadata gets it as "weights":
/// "average" or "raw", beside "model", "hash", "step", "seed", "beta" and what
/// is in `extra`.
void saveWeights(const std::string &path, const VibModel &model,
                 const void *block, bool average, const Checkpoint &checkpoint);

enum class Use {
  Any,     ///< The averages of a checkpoint that has them, or what is there.
  Average, ///< An error if the file says that it holds raw weights only.
  Raw      ///< An error if the file says that it holds averages only.
};

/// Reads weights from a file of saveWeights(), a checkpoint, or a state_dict
/// that PyTorch saved as safetensors, into `block`. F32 and F64 are converted
/// to the model's type. Names or shapes that differ are an error that names the
/// first difference. Returns the file's metadata, with "weights" set to what
/// was taken where the file says it, and "precision" to that of its tensors.
Metadata loadWeights(const std::string &path, const VibModel &model, Use use,
                     void *block);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CHECKPOINT_H
