//===- Safetensors.cpp - Safetensors --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "runtime/Safetensors.h"
