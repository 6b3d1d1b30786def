//===- Timing.cpp - What --timing prints ----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Timing.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace vib;

namespace {

/// Notes the names of passes before they run, on any thread.
class PassNaming : public PassInstrumentation {
public:
  explicit PassNaming(std::shared_ptr<PassNames> names)
      : names(std::move(names)) {}

  void runBeforePass(Pass *pass, Operation *) override {
    std::lock_guard<std::mutex> lock(names->mutex);
    names->arguments[pass->getName()] = pass->getArgument().str();
  }

private:
  std::shared_ptr<PassNames> names;
};

/// Prints the phases and, indented, their passes, so that the phases add up to
/// the total, and the passes of a phase to the phase. Leaves out what is only
/// of MLIR: nested pipelines, analyses, and the processor time of all threads.
class PhaseReport : public OutputStrategy {
public:
  PhaseReport(raw_ostream &os, std::shared_ptr<PassNames> names)
      : OutputStrategy(os), names(std::move(names)) {}

  void printHeader(const TimeRecord &) override {
    os << "      time    share  phase or pass\n";
  }
  void printFooter() override {
    if (overlaps)
      os << "Passes that ran on several threads at a time exceed their "
            "phase.\n";
    os.flush();
  }
  void printTime(const TimeRecord &time, const TimeRecord &total) override {
    // Three significant digits.
    bool isLong = time.wall >= 0.9995;
    double value = isLong ? time.wall : time.wall * 1e3;
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    std::string text;
    llvm::raw_string_ostream(text)
        << llvm::format("%.*f %s", decimals, value, isLong ? "s" : "ms");
    os << llvm::format("%10s  %4.1f %%  ", text.c_str(),
                       total.wall > 0 ? 100 * time.wall / total.wall : 0.0);
  }
  void printListEntry(StringRef name, const TimeRecord &time,
                      const TimeRecord &total, bool) override {
    printTreeEntry(0, name, time, total);
  }
  void printTreeEntry(unsigned indent, StringRef name, const TimeRecord &time,
                      const TimeRecord &total) override {
    if (name.starts_with("'") || name.starts_with("(A)"))
      return;
    if (indent) {
      passes += time.wall;
      hasPasses = true;
    } else {
      printRest(total);
      phase = time.wall;
    }
    printTime(time, total);
    os.indent(indent ? 2 : 0) << getName(name) << '\n';
  }
  void printTreeEntryEnd(unsigned, bool) override {}

private:
  /// Prints the time of the last phase in which none of its passes ran.
  void printRest(const TimeRecord &total) {
    double rest = phase - passes;
    // A clock may be off by the times that are printed as 0.
    double least = 1e-5;
    overlaps |= hasPasses && rest < -least;
    if (hasPasses && rest > least) {
      printTime(TimeRecord(rest, rest), total);
      os << "  other\n";
    }
    phase = passes = 0;
    hasPasses = false;
  }

  StringRef getName(StringRef name) const {
    if (name == "Rest")
      return "other";
    if (name == "Total")
      return "total";
    auto found = names->arguments.find(name);
    return found == names->arguments.end() || found->second.empty()
               ? name
               : StringRef(found->second);
  }

  std::shared_ptr<PassNames> names;
  double phase = 0, passes = 0; ///< Seconds of the last phase.
  bool hasPasses = false;
  bool overlaps = false;
};

} // namespace

Timing::Timing(bool isEnabled) : names(std::make_shared<PassNames>()) {
  applyDefaultTimingManagerCLOptions(manager);
  if (isEnabled) {
    manager.setEnabled(true);
    manager.setDisplayMode(DefaultTimingManager::DisplayMode::Tree);
    manager.setOutput(std::make_unique<PhaseReport>(llvm::errs(), names));
  }
  root = manager.getRootScope();
}

TimingScope Timing::begin(StringRef name) { return root.nest(name); }

void Timing::measure(PassManager &passes, TimingScope &scope) {
  if (!manager.isEnabled())
    return;
  passes.addInstrumentation(std::make_unique<PassNaming>(names));
  passes.enableTiming(scope);
}
