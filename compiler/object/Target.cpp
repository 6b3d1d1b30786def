//===- Target.cpp - The target CPU ----------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace vib;

static constexpr StringLiteral kTriple = "x86_64-unknown-linux-gnu";

/// Extensions whose instructions LLVM may choose for our code. A CPU's other
/// extensions (for encryption keys, virtual machines, …) are of no use to it,
/// and requiring them would reject machines that could run the program.
static constexpr StringLiteral kUsedFeatures[] = {
    "sse3",       "ssse3",        "sse4.1",
    "sse4.2",     "popcnt",       "avx",
    "avx2",       "fma",          "f16c",
    "bmi",        "bmi2",         "lzcnt",
    "movbe",      "avx512f",      "avx512cd",
    "avx512dq",   "avx512bw",     "avx512vl",
    "avx512ifma", "avx512vbmi",   "avx512vbmi2",
    "avx512vnni", "avx512bitalg", "avx512vpopcntdq",
    "avx512bf16", "avx512fp16",   "avx512vp2intersect",
    "gfni",       "vaes",         "vpclmulqdq",
    "avxvnni",    "fma4",         "xop",
    "tbm"};

static const Target &lookupTarget() {
  static const Target *target = [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
    std::string error;
    const Target *found = TargetRegistry::lookupTarget(Triple(kTriple), error);
    if (!found)
      report_fatal_error(Twine(error));
    return found;
  }();
  return *target;
}

static std::unique_ptr<MCSubtargetInfo> createSubtarget(StringRef cpu,
                                                        StringRef features) {
  return std::unique_ptr<MCSubtargetInfo>(
      lookupTarget().createMCSubtargetInfo(Triple(kTriple), cpu, features));
}

/// The name of a known processor with the fewest edits from `name`.
static StringRef findNearest(const MCSubtargetInfo &subtarget, StringRef name) {
  StringRef nearest;
  unsigned distance = name.size() / 2 + 1;
  for (const SubtargetSubTypeKV &known :
       subtarget.getAllProcessorDescriptions()) {
    unsigned edits = name.edit_distance(known.Key, true, distance);
    if (edits < distance) {
      distance = edits;
      nearest = known.Key;
    }
  }
  return nearest;
}

Expected<CpuName> vib::resolveCpu(StringRef name) {
  if (name == "native") {
    CpuName native{sys::getHostCPUName().str(), ""};
    // The features that the machine has in addition to those of its name, or
    // lacks. They are recorded, so their order is fixed.
    std::unique_ptr<MCSubtargetInfo> subtarget =
        createSubtarget(native.cpu, "");
    SmallVector<std::pair<StringRef, bool>> differences;
    StringMap<bool> features = sys::getHostCPUFeatures();
    for (const auto &feature : features)
      if (subtarget->checkFeatures(("+" + feature.getKey()).str()) !=
          feature.getValue())
        differences.emplace_back(feature.getKey(), feature.getValue());
    sort(differences);
    SubtargetFeatures list;
    for (auto [feature, isPresent] : differences)
      list.AddFeature(feature, isPresent);
    native.features = list.getString();
    return native;
  }
  std::unique_ptr<MCSubtargetInfo> subtarget = createSubtarget("", "");
  if (subtarget->isCPUStringValid(name))
    return CpuName{name.str(), ""};
  std::string message =
      ("unknown CPU '" + name +
       "': expected native, x86-64-v3, x86-64-v4 or a name that LLVM knows")
          .str();
  if (StringRef nearest = findNearest(*subtarget, name); !nearest.empty())
    message += (", such as " + nearest).str();
  return createStringError(message);
}

Error vib::checkCpu(StringRef cpu, StringRef features) {
  if (Error error = resolveCpu(cpu).takeError())
    return error;
  std::unique_ptr<MCSubtargetInfo> subtarget = createSubtarget("", "");
  // SubtargetFeatures would skip an empty one, which LLVM reports later.
  SmallVector<StringRef> list;
  if (!features.empty())
    features.split(list, ',');
  for (StringRef feature : list)
    if (none_of(subtarget->getAllProcessorFeatures(),
                [&](const SubtargetFeatureKV &known) {
                  return known.Key == feature.ltrim("+-");
                }))
      return createStringError("unknown feature '" + feature + "' of a CPU");
  return Error::success();
}

TargetInfo vib::createTarget(StringRef cpu, StringRef features,
                             unsigned level) {
  TargetInfo info;
  TargetOptions options;
  // Only multiply-adds that are explicit in the IR become an fma. (vector.fma
  // becomes fmuladd, which Strict would split.) So a kernel gives the same bits
  // wherever its code is placed.
  options.AllowFPOpFusion = FPOpFusion::Standard;
  CodeGenOptLevel codegen = level >= 3   ? CodeGenOptLevel::Aggressive
                            : level == 2 ? CodeGenOptLevel::Default
                                         : CodeGenOptLevel::Less;
  info.machine.reset(lookupTarget().createTargetMachine(
      Triple(kTriple), cpu, features, options, Reloc::PIC_, std::nullopt,
      codegen));

  std::unique_ptr<MCSubtargetInfo> subtarget = createSubtarget(cpu, features);
  auto has = [&](StringRef feature) {
    return subtarget->checkFeatures(("+" + feature).str());
  };
  SmallVector<StringRef> required;
  for (StringRef feature : kUsedFeatures)
    if (has(feature))
      required.push_back(feature);
  info.requiredFeatures = join(required, ",");
  info.vectorBits = has("avx512f") ? 512 : has("avx") ? 256 : 128;
  info.hasBf16 = has("avx512bf16");
  info.isGeneric = !has("avx2") || !has("fma");
  return info;
}
