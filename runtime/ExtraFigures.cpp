//===- ExtraFigures.cpp - Further figures of eval -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/ExtraFigures.h"
#include "runtime/Json.h"
#include "runtime/Layout.h"

#include <fmt/format.h>

#include <cmath>

namespace vib::runtime {

void ExtraFigures::field(const std::string &key, std::optional<double> value) {
  field(key, numberJson(value.value_or(NAN)));
}

void ExtraFigures::field(const std::string &key, const std::string &json) {
  fields += fmt::format(",{}:{}", quoteJson(key), json);
}

void ExtraFigures::line(const std::string &name, const std::string &value,
                        const std::string &unit, const std::string &note) {
  size_t columns = countColumns(name);
  printed += fmt::format("  {}{} {:>9} {:<5} {}\n", name,
                         std::string(columns < 15 ? 15 - columns : 0, ' '),
                         value, unit, note);
}

} // namespace vib::runtime
