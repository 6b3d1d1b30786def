//===- Timing.h - What --timing prints --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_TIMING_H
#define VIB_TOOLS_VIBC_TIMING_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <mutex>

namespace vib {

/// The names that passes have on the command line of vib-opt, by those that
/// MLIR prints.
struct PassNames {
  std::mutex mutex;
  llvm::StringMap<std::string> arguments;
};

/// Measures the phases and passes of a compilation. Destroyed, it prints their
/// times on stderr if --timing was given.
class Timing {
public:
  explicit Timing(bool isEnabled);

  /// A scope for a phase, or for work that is not in a phase. Scopes of the
  /// same name are added up.
  mlir::TimingScope begin(llvm::StringRef name);
  /// Measures the passes of `manager` in `scope`.
  void measure(mlir::PassManager &manager, mlir::TimingScope &scope);

private:
  std::shared_ptr<PassNames> names;
  mlir::DefaultTimingManager manager;
  mlir::TimingScope root;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_TIMING_H
