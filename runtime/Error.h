//===- Error.h - The runtime's error class ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every fault of the input, the data or the environment is thrown as an Error.
// Its message gives the place, what was found and what was expected. The main
// program prints it and exits with 1.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_ERROR_H
#define VIB_RUNTIME_ERROR_H

#include <fmt/format.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vib::runtime {

class Error : public std::runtime_error {
public:
  /// A zero byte in `message`, which comes from a file, would end it.
  explicit Error(std::string message);
};

/// Throws an Error with a formatted message:
/// `fail("{}: {} rows, expected {}", path, found, expected)`.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args &&...args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// At most the first `most` bytes of a text from a file, for a message. Control
/// characters become '?', so that it is one line, and "..." follows a text that
/// was cut.
std::string printable(std::string_view text, size_t most);

/// Prints 60000 as "60,000".
std::string grouped(int64_t value);

/// "1 step", "2,000 steps"; "3 classes" with the `plural` "classes".
std::string counted(int64_t count, const std::string &noun,
                    const std::string &plural = "");

/// "1.5 GB", "2.0 MB" or "7 bytes".
std::string formatBytes(uint64_t bytes);

/// The first bytes of a file, for a message: "the bytes 00 1f 8b", or "nothing"
/// if there are none.
std::string describeBytes(const std::vector<uint8_t> &bytes);

/// The first few of some names from files, for a message: "a, b, c and 12
/// more". Each name is made printable.
std::string listNames(const std::vector<std::string> &names);

} // namespace vib::runtime

#endif // VIB_RUNTIME_ERROR_H
