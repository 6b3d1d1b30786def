//===- ExtraFigures.h - Further figures of eval -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_EXTRAFIGURES_H
#define VIB_RUNTIME_EXTRAFIGURES_H

#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// Figures that flags of `eval` ask for: as fields of its JSON object, and as
/// lines below its table.
class ExtraFigures {
public:
  /// Adds a field: null if there is no number, or it is not finite.
  void field(const std::string &key, std::optional<double> value);
  void field(const std::string &key, const std::string &json);
  /// Adds a line: "  ECE                0.0123       15 bins".
  void line(const std::string &name, const std::string &value,
            const std::string &unit, const std::string &note);
  /// Adds text, whole lines.
  void text(const std::string &lines) { printed += lines; }

  /// The fields, each with a comma before it.
  const std::string &json() const { return fields; }
  const std::string &text() const { return printed; }

private:
  std::string fields, printed;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_EXTRAFIGURES_H
