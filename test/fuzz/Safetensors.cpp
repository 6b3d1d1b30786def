//===- Safetensors.cpp - Fuzz the reader of safetensors files -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Safetensors.h"
#include "test/fuzz/Readers.h"

using namespace vib;
using runtime::SafetensorsReader;

/// What was read, written and read again.
static void expectSame(const SafetensorsReader &reader) {
  runtime::SafetensorsWriter writer;
  writer.metadata = reader.metadata();
  for (const SafetensorsReader::Tensor &tensor : reader.tensors())
    writer.add(tensor.name, tensor.type, tensor.shape, tensor.data);
  SafetensorsReader again(writer.serialize(), "f");
  fuzz::expect(again.metadata() == reader.metadata(),
               "the metadata are written as they were read");
  fuzz::expect(again.tensors().size() == reader.tensors().size(),
               "every tensor is written");
  for (const SafetensorsReader::Tensor &tensor : reader.tensors()) {
    const SafetensorsReader::Tensor *found = again.find(tensor.name);
    fuzz::expect(found && found->type == tensor.type &&
                     found->shape == tensor.shape &&
                     std::equal(tensor.data, tensor.data + tensor.size,
                                found->data, found->data + found->size),
                 "a tensor is written as it was read");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::optional<SafetensorsReader> reader;
  fuzz::expectErrorsOnly(
      [&] { reader.emplace(fuzz::toBytes(data, size), "f"); });
  if (reader)
    expectSame(*reader);
  return 0;
}
