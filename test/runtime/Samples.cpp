//===- Samples.cpp - Files and models for the tests of the runtime --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/runtime/Samples.h"
#include "runtime/File.h"
#include "runtime/Npy.h"

#include <zlib.h>

#include <cstdlib>
#include <filesystem>

namespace vib::runtime::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = testing::TempDir() + "vib-XXXXXX";
  directory = mkdtemp(pattern.data());
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}

std::string TemporaryDirectory::path(const std::string &name) const {
  return name.empty() ? directory : directory + "/" + name;
}

std::string TemporaryDirectory::write(const std::string &name,
                                      const Bytes &bytes) const {
  writeFile(path(name),
            {reinterpret_cast<const char *>(bytes.data()), bytes.size()});
  return path(name);
}

void TemporaryDirectory::put(const std::string &name,
                             const std::string &text) const {
  std::filesystem::create_directories(
      std::filesystem::path(path(name)).parent_path());
  writeFile(path(name), text);
}

Bytes makeIdx(uint8_t type, const std::vector<uint32_t> &shape,
              const Bytes &payload) {
  Bytes bytes{0, 0, type, uint8_t(shape.size())};
  for (uint32_t dim : shape)
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes.push_back(uint8_t(dim >> shift));
  append(bytes, payload);
  return bytes;
}

namespace {

Bytes compress(const Bytes &bytes, int windowBits) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY);
  Bytes result(deflateBound(&stream, bytes.size()));
  stream.next_in = const_cast<Bytef *>(bytes.data());
  stream.avail_in = uInt(bytes.size());
  stream.next_out = result.data();
  stream.avail_out = uInt(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

void appendNumber(Bytes &bytes, uint64_t value, int size) {
  for (int i = 0; i < size; ++i)
    bytes.push_back(uint8_t(value >> 8 * i));
}

} // namespace

Bytes gzip(const Bytes &bytes) { return compress(bytes, 16 + MAX_WBITS); }

Bytes makeNpy(const std::string &description, const std::string &shape,
              const Bytes &payload, const char *fortran, int version) {
  std::string header = "{'descr': '" + description +
                       "', 'fortran_order': " + fortran +
                       ", 'shape': " + shape + ", }\n";
  Bytes bytes{0x93, 'N', 'U', 'M', 'P', 'Y', uint8_t(version), 0};
  appendNumber(bytes, header.size(), version == 1 ? 2 : 4);
  bytes.insert(bytes.end(), header.begin(), header.end());
  append(bytes, payload);
  return bytes;
}

Array readNpy(const std::string &path) {
  return parseNpy(readFile(path), path);
}

Bytes makeZip(const std::vector<ZipMember> &members) {
  Bytes zip, directory;
  bool zip64 = false;
  for (const ZipMember &member : members) {
    zip64 |= member.zip64;
    Bytes packed =
        member.deflate ? compress(member.bytes, -MAX_WBITS) : member.bytes;
    uint32_t checksum =
        uint32_t(crc32(0, member.bytes.data(), uInt(member.bytes.size())));
    size_t header = zip.size();
    auto entry = [&](Bytes &out, bool local) {
      appendNumber(out, local ? 0x04034b50 : 0x02014b50, 4);
      appendNumber(out, 45, local ? 2 : 4);
      appendNumber(out, 0, 2);
      appendNumber(out, member.deflate ? 8 : 0, 2);
      appendNumber(out, 0, 4);
      appendNumber(out, checksum, 4);
      appendNumber(out, member.zip64 ? 0xffffffff : packed.size(), 4);
      appendNumber(out, member.zip64 ? 0xffffffff : member.bytes.size(), 4);
      appendNumber(out, member.name.size(), 2);
      appendNumber(out, member.zip64 ? 20 : 0, 2);
      if (!local) {
        appendNumber(out, 0, 8);
        appendNumber(out, 0, 2);
        appendNumber(out, header, 4);
      }
      out.insert(out.end(), member.name.begin(), member.name.end());
      if (member.zip64) {
        appendNumber(out, 1, 2);
        appendNumber(out, 16, 2);
        appendNumber(out, member.bytes.size(), 8);
        appendNumber(out, packed.size(), 8);
      }
    };
    entry(zip, true);
    append(zip, packed);
    entry(directory, false);
  }
  size_t begin = zip.size();
  append(zip, directory);
  if (zip64) {
    size_t end64 = zip.size();
    appendNumber(zip, 0x06064b50, 4);
    appendNumber(zip, 44, 8);
    appendNumber(zip, 45, 4);
    appendNumber(zip, 0, 8);
    appendNumber(zip, members.size(), 8);
    appendNumber(zip, members.size(), 8);
    appendNumber(zip, directory.size(), 8);
    appendNumber(zip, begin, 8);
    appendNumber(zip, 0x07064b50, 4);
    appendNumber(zip, 0, 4);
    appendNumber(zip, end64, 8);
    appendNumber(zip, 1, 4);
  }
  appendNumber(zip, 0x06054b50, 4);
  appendNumber(zip, 0, 4);
  appendNumber(zip, zip64 ? 0xffff : members.size(), 2);
  appendNumber(zip, zip64 ? 0xffff : members.size(), 2);
  appendNumber(zip, zip64 ? 0xffffffff : directory.size(), 4);
  appendNumber(zip, zip64 ? 0xffffffff : begin, 4);
  appendNumber(zip, 0, 2);
  return zip;
}

TestModel::TestModel(bool bytes, Target kind, int64_t outputs, VibType type,
                     int64_t height, int64_t width)
    : lists(kind, outputs, 2,
            bytes ? std::vector<int64_t>{height, width}
                  : std::vector<int64_t>{height * width},
            bytes) {
  constexpr int64_t batch = 4;
  uint64_t offset = 0;
  auto addTensor = [&](const char *name, VibType element,
                       std::vector<int64_t> shape) {
    VibTensor tensor = {};
    tensor.name = name;
    tensor.type = element;
    tensor.rank = uint32_t(shape.size());
    uint64_t size = element == VIB_U8 ? 1 : element == VIB_F64 ? 8 : 4;
    for (size_t i = 0; i < shape.size(); ++i) {
      tensor.shape[i] = shape[i];
      size *= uint64_t(shape[i]);
    }
    tensor.offset = offset;
    offset += (size + 63) / 64 * 64;
    tensors.push_back(tensor);
  };
  if (bytes) {
    addTensor("image", VIB_U8, {batch, height, width});
    model.scale = [](const VibCall *) {};
  }
  addTensor("x", type, {batch, height * width});
  if (kind == Target::Classes)
    addTensor("y", VIB_I32, {batch});
  else
    addTensor("y", type, {batch, outputs});
  arena = Memory(offset, "the arena");

  uint32_t element = type;
  static const int64_t weight[] = {3, 2}, bias[] = {2}, transposed[] = {1, 0};
  parameters = {{"encode.0.weight", element, 2, weight, transposed,
                 VIB_INIT_UNIFORM, 0, 0.5, 0, 0},
                {"encode.0.bias", element, 1, bias, nullptr, VIB_INIT_CONSTANT,
                 0, 0.0, 64, 0},
                {"decode.noise", element, 0, nullptr, nullptr, VIB_INIT_NORMAL,
                 0, 2.0, 128, 0}};
  model.name = "small";
  model.hash = "0123";
  model.target = "x86_64";
  model.features = "";
  model.type = type;
  model.batch = batch;
  lists.describe(model);
  model.moments = 2;
  model.averaged = 1;
  model.block_bytes = 192;
  model.num_parameters = uint32_t(parameters.size());
  model.parameters = parameters.data();
  model.arena_bytes = offset;
  model.num_tensors = uint32_t(tensors.size());
  model.tensors = tensors.data();
}

const Bytes numpyFortran = {
    147, 78, 85,  77,  80,  89,  1,   0,   118, 0,  123, 39, 100, 101, 115, 99,
    114, 39, 58,  32,  39,  62,  105, 50,  39,  44, 32,  39, 102, 111, 114, 116,
    114, 97, 110, 95,  111, 114, 100, 101, 114, 39, 58,  32, 84,  114, 117, 101,
    44,  32, 39,  115, 104, 97,  112, 101, 39,  58, 32,  40, 51,  44,  32,  50,
    41,  44, 32,  125, 32,  32,  32,  32,  32,  32, 32,  32, 32,  32,  32,  32,
    32,  32, 32,  32,  32,  32,  32,  32,  32,  32, 32,  32, 32,  32,  32,  32,
    32,  32, 32,  32,  32,  32,  32,  32,  32,  32, 32,  32, 32,  32,  32,  32,
    32,  32, 32,  32,  32,  32,  32,  32,  32,  32, 32,  32, 32,  32,  32,  10,
    0,   1,  0,   3,   0,   5,   255, 254, 0,   4,  0,   6};

const Bytes numpySavez = {
    80,  75,  3,   4,   45,  0,   0,   0,   0,   0,   0,   0,   33,  0,   79,
    233, 0,   42,  255, 255, 255, 255, 255, 255, 255, 255, 5,   0,   20,  0,
    120, 46,  110, 112, 121, 1,   0,   16,  0,   152, 0,   0,   0,   0,   0,
    0,   0,   152, 0,   0,   0,   0,   0,   0,   0,   147, 78,  85,  77,  80,
    89,  1,   0,   118, 0,   123, 39,  100, 101, 115, 99,  114, 39,  58,  32,
    39,  60,  102, 52,  39,  44,  32,  39,  102, 111, 114, 116, 114, 97,  110,
    95,  111, 114, 100, 101, 114, 39,  58,  32,  70,  97,  108, 115, 101, 44,
    32,  39,  115, 104, 97,  112, 101, 39,  58,  32,  40,  50,  44,  32,  51,
    41,  44,  32,  125, 32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  10,  0,   0,   0,   0,   0,   0,   128, 63,  0,   0,   0,   64,
    0,   0,   64,  64,  0,   0,   128, 64,  0,   0,   160, 64,  80,  75,  3,
    4,   45,  0,   0,   0,   0,   0,   0,   0,   33,  0,   113, 251, 57,  171,
    255, 255, 255, 255, 255, 255, 255, 255, 5,   0,   20,  0,   121, 46,  110,
    112, 121, 1,   0,   16,  0,   144, 0,   0,   0,   0,   0,   0,   0,   144,
    0,   0,   0,   0,   0,   0,   0,   147, 78,  85,  77,  80,  89,  1,   0,
    118, 0,   123, 39,  100, 101, 115, 99,  114, 39,  58,  32,  39,  60,  105,
    56,  39,  44,  32,  39,  102, 111, 114, 116, 114, 97,  110, 95,  111, 114,
    100, 101, 114, 39,  58,  32,  70,  97,  108, 115, 101, 44,  32,  39,  115,
    104, 97,  112, 101, 39,  58,  32,  40,  50,  44,  41,  44,  32,  125, 32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,
    32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  32,  10,
    1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   80,  75,  1,   2,   45,  3,   45,  0,   0,   0,   0,   0,   0,   0,
    33,  0,   79,  233, 0,   42,  152, 0,   0,   0,   152, 0,   0,   0,   5,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,   0,   0,
    0,   0,   120, 46,  110, 112, 121, 80,  75,  1,   2,   45,  3,   45,  0,
    0,   0,   0,   0,   0,   0,   33,  0,   113, 251, 57,  171, 144, 0,   0,
    0,   144, 0,   0,   0,   5,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   128, 1,   207, 0,   0,   0,   121, 46,  110, 112, 121, 80,  75,
    5,   6,   0,   0,   0,   0,   2,   0,   2,   0,   102, 0,   0,   0,   150,
    1,   0,   0,   0,   0};

const Bytes numpySavezCompressed = {
    80,  75,  3,   4,   45,  0,   0,   0,   8,   0,   0,   0,   33,  0,   79,
    233, 0,   42,  255, 255, 255, 255, 255, 255, 255, 255, 5,   0,   20,  0,
    120, 46,  110, 112, 121, 1,   0,   16,  0,   152, 0,   0,   0,   0,   0,
    0,   0,   85,  0,   0,   0,   0,   0,   0,   0,   155, 236, 23,  234, 27,
    16,  201, 200, 80,  198, 80,  173, 158, 146, 90,  156, 92,  164, 110, 165,
    160, 110, 147, 102, 162, 174, 163, 160, 158, 150, 95,  84,  82,  148, 152,
    23,  159, 95,  148, 146, 10,  18,  119, 75,  204, 41,  78,  5,   138, 23,
    103, 36,  22,  164, 2,   249, 26,  70,  58,  10,  198, 154, 58,  10,  181,
    10,  100, 3,   46,  6,   48,  104, 176, 7,   18,  14,  64,  4,   196, 13,
    64,  188, 192, 1,   0,   80,  75,  3,   4,   45,  0,   0,   0,   8,   0,
    0,   0,   33,  0,   113, 251, 57,  171, 255, 255, 255, 255, 255, 255, 255,
    255, 5,   0,   20,  0,   121, 46,  110, 112, 121, 1,   0,   16,  0,   144,
    0,   0,   0,   0,   0,   0,   0,   72,  0,   0,   0,   0,   0,   0,   0,
    155, 236, 23,  234, 27,  16,  201, 200, 80,  198, 80,  173, 158, 146, 90,
    156, 92,  164, 110, 165, 160, 110, 147, 105, 161, 174, 163, 160, 158, 150,
    95,  84,  82,  148, 152, 23,  159, 95,  148, 146, 10,  18,  119, 75,  204,
    41,  78,  5,   138, 23,  103, 36,  22,  164, 2,   249, 26,  70,  58,  154,
    58,  10,  181, 10,  20,  0,   46,  70,  6,   84,  0,   0,   80,  75,  1,
    2,   45,  3,   45,  0,   0,   0,   8,   0,   0,   0,   33,  0,   79,  233,
    0,   42,  85,  0,   0,   0,   152, 0,   0,   0,   5,   0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   0,   128, 1,   0,   0,   0,   0,   120, 46,
    110, 112, 121, 80,  75,  1,   2,   45,  3,   45,  0,   0,   0,   8,   0,
    0,   0,   33,  0,   113, 251, 57,  171, 72,  0,   0,   0,   144, 0,   0,
    0,   5,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   128, 1,
    140, 0,   0,   0,   121, 46,  110, 112, 121, 80,  75,  5,   6,   0,   0,
    0,   0,   2,   0,   2,   0,   102, 0,   0,   0,   11,  1,   0,   0,   0,
    0};

void saveCheckpoint(const std::string &path, const VibModel &model,
                    const State &state, const Checkpoint &checkpoint) {
  packCheckpoint(model, state, checkpoint).write(path);
}

void saveWeights(const std::string &path, const VibModel &model,
                 const void *block, bool average,
                 const Checkpoint &checkpoint) {
  packWeights(model, block, average, checkpoint).write(path);
}

Metadata loadWeights(const std::string &path, const VibModel &model, Use use,
                     void *block) {
  return runtime::loadWeights(SafetensorsReader(path), model, use, block);
}

} // namespace vib::runtime::test
