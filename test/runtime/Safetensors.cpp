//===- Safetensors.cpp - The file format of weights, whole and broken -----===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Safetensors.h"
#include "runtime/File.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

/// A file of that header and payload.
Bytes makeFile(const std::string &header, const Bytes &payload) {
  Bytes bytes;
  for (int i = 0; i < 8; ++i)
    bytes.push_back(uint8_t(uint64_t(header.size()) >> 8 * i));
  bytes.insert(bytes.end(), header.begin(), header.end());
  append(bytes, payload);
  return bytes;
}

void parse(const std::string &header, const Bytes &payload) {
  SafetensorsReader(makeFile(header, payload), "f");
}

std::string entry(const std::string &name, const std::string &type,
                  const std::string &shape, const std::string &range) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" + shape +
         "],\"data_offsets\":[" + range + "]}";
}

SafetensorsWriter makeSample() {
  SafetensorsWriter writer;
  writer.metadata = {{"name", "a \"quoted\" one"}, {"step", "600"}};
  std::vector<float> odd{1, 2, 3};
  std::vector<double> wide{0.1};
  writer.add("odd", "F32", {3, 1}, odd.data());
  writer.add("wide", "F64", {}, wide.data());
  writer.add("none", "F32", {0, 4}, nullptr);
  return writer;
}

TEST(Safetensors, ReadsWhatItWrites) {
  TemporaryDirectory directory;
  std::string path = directory.path("a.safetensors");
  makeSample().write(path);
  EXPECT_EQ(readFile(path), makeSample().serialize());
  SafetensorsReader reader(path);
  EXPECT_EQ(reader.metadata(), makeSample().metadata);
  ASSERT_EQ(reader.tensors().size(), 3u);
  const SafetensorsReader::Tensor *odd = reader.find("odd");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->type, "F32");
  EXPECT_EQ(odd->shape, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(Bytes(odd->data, odd->data + odd->size), toBytes<float>({1, 2, 3}));
  EXPECT_TRUE(reader.find("wide")->shape.empty());
  EXPECT_EQ(reader.find("none")->size, 0u);
  EXPECT_EQ(reader.find("other"), nullptr);
}

TEST(Safetensors, TensorsAreAligned) {
  Bytes bytes = makeSample().serialize();
  SafetensorsReader reader(bytes, "f");
  const uint8_t *wide = reader.find("wide")->data;
  const uint8_t *odd = reader.find("odd")->data;
  EXPECT_LT(wide, odd) << "wide elements come first";
  EXPECT_EQ((bytes[0] + 256 * bytes[1]) % 8, 0) << "and begin aligned";
}

TEST(Safetensors, TruncationIsAnErrorEverywhere) {
  Bytes bytes = makeSample().serialize();
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(
        SafetensorsReader(Bytes(bytes.begin(), bytes.begin() + size), "f"),
        Error)
        << size;
}

TEST(Safetensors, BytesAfterTheEndAreAnError) {
  Bytes bytes = makeSample().serialize();
  bytes.push_back(0);
  EXPECT_ERROR(SafetensorsReader(bytes, "f"),
               "1 byte after the end of the tensors");
}

TEST(Safetensors, BrokenHeadersAreErrors) {
  Bytes four(4);
  EXPECT_ERROR(parse("[]", {}), "not a safetensors file");
  EXPECT_ERROR(parse("{\"a\":", {}), "is damaged, expected JSON: ");
  EXPECT_ERROR(parse("{\"a\":1}", {}), "entry of 'a' is damaged");
  EXPECT_ERROR(parse("{\"__metadata__\":{\"a\":1}}", {}),
               "'a' is number, expected a string");
  EXPECT_ERROR(parse("{\"__metadata__\":[]}", {}),
               "is array, expected an object of strings");
  EXPECT_ERROR(parse("{" + entry("a", "F32", "-1", "0,4") + "}", four),
               "damaged");
  EXPECT_ERROR(parse("{" + entry("a", "F32", "1.5", "0,4") + "}", four),
               "damaged");
  EXPECT_ERROR(parse("{" + entry("a", "F32", "1", "4,0") + "}", four),
               "damaged");
  EXPECT_ERROR(parse("{" + entry("a", "C64", "1", "0,4") + "}", four),
               "unknown type C64");
  EXPECT_ERROR(parse("{" + entry("a", "F32", "2", "0,8") + "}", four),
               "cut short: the tensor 'a' ends at byte 8");
  EXPECT_ERROR(parse("{" + entry("a", "F32", "2", "0,4") + "}", four),
               "has 4 bytes, expected those of the type F32 and the shape [2]");
  EXPECT_ERROR(
      parse("{" + entry("a", "F32", "4611686018427387905", "0,4") + "}", four),
      "has 4 bytes");
}

TEST(Safetensors, ZeroBytesAfterTheHeaderAreAnError) {
  // The JSON parser takes a zero byte for the end of its text.
  std::string header = "{}";
  EXPECT_NO_THROW(parse(header + "  ", {}));
  header.append(2, '\0');
  EXPECT_ERROR(parse(header, {}), "f: the safetensors header has a zero byte "
                                  "at 2");
}

TEST(Safetensors, FilesOfTorchSaveSayHowToConvertThem) {
  auto expectAdvice = [](const Bytes &bytes, const std::string &name) {
    EXPECT_ERROR(SafetensorsReader(bytes, name),
                 name + ": a file of torch.save, expected safetensors");
    EXPECT_ERROR(SafetensorsReader(bytes, name),
                 "save_file(torch.load('" + name + "', map_location='cpu'");
  };
  // What PyTorch writes today, and what it wrote before 1.6.
  expectAdvice(makeZip({{"archive/data.pkl", Bytes(20)}}), "w.safetensors");
  expectAdvice({0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a,
                0xa8, 0x50, 0x19, 0x2e},
               "w.safetensors");
  expectAdvice({0x80, 4}, "short");
  expectAdvice(Bytes(20), "w.pt");
  expectAdvice(Bytes(20), "w.pth");
  EXPECT_ERROR(SafetensorsReader(makeZip({{"x.npy", {}}}), "w.npz"),
               "w.npz: a zip file, expected safetensors");
  // The name does not count where the content is right.
  EXPECT_NO_THROW(SafetensorsReader(makeSample().serialize(), "w.pt"));
}

TEST(Safetensors, HolesAndOverlapsAreErrors) {
  Bytes payload(12);
  std::string first = entry("a", "F32", "1", "0,4");
  EXPECT_ERROR(
      parse("{" + first + "," + entry("b", "F32", "1", "8,12") + "}", payload),
      "'b' begins at byte 8 of the data, expected 4");
  EXPECT_ERROR(
      parse("{" + first + "," + entry("b", "F32", "3", "0,12") + "}", payload),
      "'b' begins at byte 0 of the data, expected 4");
}

TEST(Safetensors, HeaderLongerThanTheFileIsAnError) {
  Bytes bytes = makeFile("{}", {});
  bytes[0] = 200;
  EXPECT_ERROR(SafetensorsReader(bytes, "f"), "cut short");
  bytes[7] = 200;
  EXPECT_ERROR(SafetensorsReader(bytes, "f"), "not a safetensors file");
}

} // namespace
