//===- Header.cpp - The C header of a shared library ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Link.h"
#include "compiler/support/SourceMessage.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace vib;

/// The text of runtime/Abi.h.
static constexpr char kAbi[] =
#include "compiler/object/AbiText.inc"
    ;

static constexpr StringLiteral kUsage = R"(
 * `vib_model` describes the model and contains its entry points. A training
 * loop in C, without its data:
 *
 *   void *weights = aligned_alloc(64, vib_model.block_bytes); ...
 *   VibCall call = {0};
 *   call.weights = weights;      // Likewise moment1, moment2, average and
 *   call.gradients = gradients;  // gradients, each of block_bytes bytes, and
 *   call.arena = arena;          // the arena, of arena_bytes; all initially zero.
 *   // Set each weight with vib_write_parameter(&vib_model.parameters[i],
 *   // weights, plain), where plain is ordered as in PyTorch's state_dict.
 *   call.pool = vib_pool_create(2);   // Or null, to run on the calling thread.
 *   // Fill the inputs and targets: vib_model.inputs and vib_model.targets name
 *   // their tensors, such as "x" (or "image") and "y", in vib_model.tensors. A
 *   // tensor is at arena + its offset. Rows from `rows` on are ignored, and must
 *   // be zero. A target without a tensor is an input.
 *   for (uint64_t step = 0; step < 1000; ++step) {
 *     // Sets seed, rate, coefficients and the optimizer's values for this step.
 *     vib_make_step(&vib_model, step, steps_per_epoch, &call.step);
 *     // For a batch of fewer rows also set call.step.rows and .total_rows, which
 *     // means divide by. In evaluation, .first_row is the batch's first row.
 *     if (vib_model.scale)       // Computes "x" from "image".
 *       vib_model.scale(&call);
 *     vib_model.train_step(&call); // The losses: tensors "nll", "rate", "error".
 *   }
 *   // Or, for an optimizer of your own, compute only the gradients. Those of
 *   // parameter i are in the block of gradients (vib_read_parameter).
 *   if (vib_model.scale)
 *     vib_model.scale(&call);
 *   vib_model.gradients(&call);
 *
 * Align blocks and arena to 64 bytes, and round their sizes up to a multiple of
 * 64. A call uses the memory of its VibCall only, so calls with different memory
 * and pools may run at the same time.
)";

/// A name as a part of a comment, which it neither ends nor begins anew.
static std::string makeCommentPart(StringRef name) {
  std::string text;
  for (char c : makePrintable(name)) {
    if (!text.empty() && (c == '/' || c == '*') && c != text.back() &&
        (text.back() == '/' || text.back() == '*'))
      text += ' ';
    text += c == '\n' ? ' ' : c;
  }
  return text;
}

std::string vib::makeHeader(StringRef name, StringRef libraryName) {
  std::string guard = "VIB_MODEL_";
  for (char c : name)
    guard += isAlnum(c) ? toUpper(c) : '_';
  guard += "_H";
  std::string text;
  raw_string_ostream os(text);
  os << "/* " << makeCommentPart(libraryName) << ": the model "
     << makeCommentPart(name) << ", compiled by vibc.\n *" << kUsage
     << " */\n\n#ifndef " << guard << "\n#define " << guard << "\n\n"
     << kAbi << "\n#endif /* " << guard << " */\n";
  return text;
}
