//===- Gather.cpp - Copying rows of a split to a batch --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Gather.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace vib::runtime {

namespace {

/// The arguments of a copy of rows of a split to a batch.
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

  /// The hardware cannot predict the addresses of shuffled rows.
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

  /// Copies rows of a few cache lines inline, because a call of memcpy would
  /// take longer than the copy. They need no prefetch: out-of-order execution
  /// is several rows ahead. Members are read into local variables first, since
  /// the compiler must assume that the copies modify them.
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

  /// Fills the rows [begin, end) of the batch; those from `count` on become 0.
  void run(int64_t begin, int64_t end) const {
    int64_t last = std::max(begin, std::min(end, count));
    copy(begin, last);
    std::fill(to + last * width, to + end * width, To(0));
  }
};

/// Gathers a batch of `batch` rows on the threads of a pool. The launched
/// kernel gets the Gather as the arena of its call.
template <typename From, typename To>
void gatherRows(Gather<From, To> gather, int64_t rows, int64_t batch,
                VibPool *pool) {
  if (gather.count < 0 || gather.count > batch)
    fail("{} {} requested, but a batch has {}", counted(gather.count, "row"),
         gather.count == 1 ? "was" : "were", batch);
  int64_t end = gather.first + gather.count;
  if (!gather.indices && gather.count > 0 && (gather.first < 0 || end > rows))
    fail("row {} was requested, but the split has {}",
         gather.first < 0 ? gather.first : std::max(gather.first, rows), rows);
  // A thread copies rows that lie apart in main memory at this rate.
  constexpr int64_t bytesOfNanosecond = 5;
  int64_t rowBytes = gather.width * int64_t(sizeof(From));
  VibCall call = {};
  call.arena = &gather;
  call.pool = pool;
  auto kernel = [](const VibCall *launched, int64_t begin, int64_t end) {
    static_cast<Gather<From, To> *>(launched->arena)->run(begin, end);
  };
  vib_launch(&call, kernel, batch, batch * rowBytes / bytesOfNanosecond, -1);
}

} // namespace

void gatherInputs(const VibModel &model, void *arena, const Inputs &inputs,
                  const uint32_t *indices, int64_t first, int64_t count,
                  VibPool *pool, uint32_t input) {
  const VibTensor &tensor = inputTensor(model, input);
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
    case VIB_I32:
      return gather(tensorData<int32_t>(tensor, arena));
    case VIB_F32:
      return gather(tensorData<float>(tensor, arena));
    default:
      return gather(tensorData<double>(tensor, arena));
    }
  });
}

void gatherLabels(const VibModel &model, void *arena, const Labels &labels,
                  const uint32_t *indices, int64_t first, int64_t count,
                  uint32_t number) {
  const VibTarget &target = model.targets[number];
  const VibTensor &tensor = getTensor(model, target.tensor);
  int64_t width = hasClasses(target) ? 1 : target.outputs;
  auto gather = [&](const auto &from, auto *to) {
    gatherRows(Gather<std::decay_t<decltype(from[0])>,
                      std::remove_pointer_t<decltype(to)>>{from.data(), width,
                                                           to, indices, first,
                                                           count},
               int64_t(from.size()) / width, tensor.shape[0], nullptr);
  };
  if (hasClasses(target))
    gather(labels.classes, tensorData<int32_t>(tensor, arena));
  else if (tensor.type == VIB_F32)
    gather(labels.targets, tensorData<float>(tensor, arena));
  else
    gather(labels.targets, tensorData<double>(tensor, arena));
}

} // namespace vib::runtime
