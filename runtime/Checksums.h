//===- Checksums.h - Checksums of a checkpoint ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The metadata of a checkpoint contains the CRC-32 of each tensor's bytes and
// of each other value of the metadata, so that other readers of safetensors
// ignore them:
//
//   "checksums"  {"tensors":{"weights.encode.0.weight":"1c291ca3",…},
//                 "metadata":{"step":"52a1bd24",…}}, in hexadecimal digits
//   "checksum"   that of the text of "checksums"
//
// Two keys, because a damaged key would otherwise turn the file into one of an
// earlier version, which has no checksums.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CHECKSUMS_H
#define VIB_RUNTIME_CHECKSUMS_H

#include "runtime/Safetensors.h"

namespace vib::runtime {

constexpr const char *checksumsKey = "checksums";
constexpr const char *checksumKey = "checksum";

/// The CRC-32 of bytes, in hexadecimal digits.
std::string checksumOf(const void *data, size_t bytes);

/// Adds the checksums to the metadata. Tensors and metadata must be complete.
void addChecksums(SafetensorsWriter &writer);

/// Throws an Error that names the first tensor or value of the metadata that is
/// not the one that was written. Does nothing if the file has no checksums.
void verifyChecksums(const SafetensorsReader &reader);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CHECKSUMS_H
