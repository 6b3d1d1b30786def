//===- Json.h - Values as JSON ----------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The result is valid JSON for all values.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_JSON_H
#define VIB_RUNTIME_JSON_H

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace vib::runtime {

/// `text` in quotes, escaped. Bytes that are not UTF-8 are replaced.
std::string quoteJson(const std::string &text);
/// The text as it is read back from JSON, in which bytes that are not UTF-8 are
/// replaced.
std::string withoutInvalidBytes(const std::string &text);

/// Prints `value` with enough digits to be read back bit for bit, or null if it
/// is not finite, because JSON has only finite numbers.
std::string numberJson(double value);

/// Prints `json` on one line. Bytes in strings that are not UTF-8 are replaced.
std::string dumpJson(const nlohmann::ordered_json &json);

} // namespace vib::runtime

#endif // VIB_RUNTIME_JSON_H
