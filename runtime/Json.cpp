//===- Json.cpp - Values as JSON ------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace vib::runtime {

std::string quoteJson(const std::string &text) { return dumpJson(text); }

std::string withoutInvalidBytes(const std::string &text) {
  return nlohmann::ordered_json::parse(quoteJson(text)).get<std::string>();
}

std::string numberJson(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

std::string dumpJson(const nlohmann::ordered_json &json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace vib::runtime
