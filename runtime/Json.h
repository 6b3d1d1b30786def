//===- Json.h - Values as JSON ----------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the values are, the JSON is valid.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_JSON_H
#define VIB_RUNTIME_JSON_H

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace vib::runtime {

/// `text` in quotes, escaped. What is not UTF-8 is replaced.
std::string quoteJson(const std::string &text);

/// With as many digits as it needs to read back as itself; null if it is not
/// finite, which JSON has no number for.
std::string numberJson(double value);

/// On one line. What is not UTF-8 in its strings is replaced.
std::string dumpJson(const nlohmann::ordered_json &json);

} // namespace vib::runtime

#endif // VIB_RUNTIME_JSON_H
