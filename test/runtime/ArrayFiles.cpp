//===- ArrayFiles.cpp - IDX, NPY, NPZ and gzip, whole and broken ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/Gzip.h"
#include "runtime/Idx.h"
#include "runtime/Npy.h"
#include "runtime/Npz.h"
#include "test/runtime/Samples.h"

#include <algorithm>
#include <chrono>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

using Shape = std::vector<int64_t>;

Array npy(const Bytes &bytes) { return parseNpy(bytes, "f.npy"); }

/// Refuses every array.
void refuse(const ArrayHeader &header) {
  fail("{}: {} {} refused", header.source, formatShape(header.shape),
       nameOf(header.type));
}

const Bytes six = {1, 2, 3, 4, 5, 6};

TEST(Idx, ReadsPlainAndGzipped) {
  Bytes plain = makeIdx(8, {2, 3}, six);
  for (const Bytes &bytes : {plain, gzip(plain)}) {
    Array array = parseIdx(bytes, "f");
    EXPECT_EQ(array.type, ElementType::U8);
    EXPECT_EQ(array.shape, (Shape{2, 3}));
    EXPECT_EQ(array.data, six);
  }
}

TEST(Idx, ReadsSeveralGzipMembers) {
  Bytes plain = makeIdx(8, {2, 3}, six);
  Bytes first = gzip(Bytes(plain.begin(), plain.begin() + 7));
  append(first, gzip(Bytes(plain.begin() + 7, plain.end())));
  EXPECT_EQ(parseIdx(first, "f").data, six);
}

TEST(Idx, SwapsWideElements) {
  Array array =
      parseIdx(makeIdx(0x0C, {2}, {0, 0, 1, 2, 255, 255, 255, 254}), "f");
  EXPECT_EQ(valuesOf<int32_t>(array), (std::vector<int32_t>{258, -2}));
  array = parseIdx(makeIdx(0x0E, {1}, {0x3f, 0xf8, 0, 0, 0, 0, 0, 0}), "f");
  EXPECT_EQ(valuesOf<double>(array), std::vector<double>{1.5});
}

TEST(Idx, TruncationIsAnErrorEverywhere) {
  Bytes plain = makeIdx(8, {2, 3}, six);
  for (const Bytes &bytes : {plain, gzip(plain)})
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_THROW(parseIdx(Bytes(bytes.begin(), bytes.begin() + size), "f"),
                   Error)
          << size << " of " << bytes.size() << " bytes";
}

TEST(Idx, BytesAfterTheEndAreAnError) {
  Bytes longer = makeIdx(8, {2, 3}, six);
  longer.push_back(0);
  EXPECT_ERROR(parseIdx(longer, "f"), "1 byte after the end of the IDX data");
  EXPECT_ERROR(parseIdx(gzip(longer), "f"), "bytes after the end");
  Bytes garbage = gzip(makeIdx(8, {2, 3}, six));
  garbage.push_back('x');
  EXPECT_ERROR(parseIdx(garbage, "f"), "1 byte after the end");
}

TEST(Idx, MislabelledFilesAreErrors) {
  EXPECT_ERROR(parseIdx(Bytes{'P', 'K', 8, 1, 0}, "f"), "not an IDX file");
  EXPECT_ERROR(parseIdx(makeIdx(7, {6}, six), "f"), "IDX type 0x07");
  EXPECT_ERROR(parseIdx(makeIdx(8, {}, six), "f"), "0 dimensions");
  EXPECT_ERROR(parseIdx(makeIdx(8, {7}, six), "f"),
               "says [7] elements of uint8, more than the file contains");
}

TEST(Idx, ForgedSizesAllocateNothing) {
  uint32_t huge = 0xffffffff;
  EXPECT_ERROR(parseIdx(makeIdx(8, {huge, huge, huge}, six), "f"),
               "more than the file contains");
  EXPECT_ERROR(parseIdx(gzip(makeIdx(8, {huge}, six)), "f"),
               "more than the file contains");
  EXPECT_ERROR(parseIdx(makeIdx(0x0E, {huge, huge, 0}, {}), "f"),
               "more than the file contains");
}

TEST(Idx, HeadersAreCheckedBeforeTheElementsAreInflated) {
  // The compressed elements are damaged, which only inflating them shows.
  Bytes bytes = gzip(makeIdx(8, {100, 300}, Bytes(30000)));
  bytes[bytes.size() - 6] ^= 1;
  EXPECT_ERROR(parseIdx(bytes, "f", refuse), "f: [100, 300] uint8 refused");
}

TEST(Gzip, DamageIsFound) {
  Bytes bytes = gzip(makeIdx(8, {2, 3}, six));
  Bytes checksum = bytes;
  checksum[checksum.size() - 6] ^= 1;
  EXPECT_ERROR(parseIdx(checksum, "f"),
               "is damaged before its byte 31: incorrect data check");
}

TEST(Npy, ReadsEveryIntegerAndFloat) {
  EXPECT_EQ(npy(makeNpy("|u1", "(6,)", six)).data, six);
  EXPECT_EQ(npy(makeNpy("|b1", "(6,)", six)).type, ElementType::Bool);
  EXPECT_EQ(npy(makeNpy("|i1", "(6,)", six)).type, ElementType::I8);
  EXPECT_EQ(valuesOf<uint16_t>(npy(makeNpy("<u2", "(3,)", six))),
            (std::vector<uint16_t>{0x201, 0x403, 0x605}));
  EXPECT_EQ(valuesOf<int16_t>(npy(makeNpy(">i2", "(3,)", six))),
            (std::vector<int16_t>{0x102, 0x304, 0x506}));
  for (const char *code : {"<i4", "<u4", "<f4", "<i8", "<u8", "<f8"}) {
    size_t size = size_t(code[2] - '0');
    Array array = npy(makeNpy(code, "(1,)", Bytes(size, 0)));
    EXPECT_EQ(sizeOf(array.type), size) << code;
    EXPECT_EQ(isFloat(array.type), code[1] == 'f') << code;
  }
}

TEST(Npy, ReadsWhatNumpyWrote) {
  Array array = npy(numpyFortran);
  EXPECT_EQ(array.shape, (Shape{3, 2}));
  EXPECT_EQ(valuesOf<int16_t>(array),
            (std::vector<int16_t>{1, -2, 3, 4, 5, 6}));
}

TEST(Npy, ReordersThreeDimensions) {
  // a[i, j, k] = 100 i + 10 j + k in a shape of [2, 3, 2].
  std::vector<uint8_t> fortran, expected;
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i)
        fortran.push_back(uint8_t(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k)
        expected.push_back(uint8_t(100 * i + 10 * j + k));
  EXPECT_EQ(npy(makeNpy("|u1", "(2, 3, 2)", fortran, "True")).data, expected);
}

TEST(Npy, ReadsLaterVersionsAndScalars) {
  EXPECT_EQ(npy(makeNpy("|u1", "(6,)", six, "False", 2)).data, six);
  EXPECT_EQ(npy(makeNpy("|u1", "(2, 3)", six, "False", 3)).data, six);
  EXPECT_TRUE(npy(makeNpy("|u1", "()", {7})).shape.empty());
  EXPECT_EQ(npy(makeNpy("|u1", "(0, 3)", {})).shape, (Shape{0, 3}));
}

TEST(Npy, BrokenFilesAreErrors) {
  EXPECT_ERROR(npy(six), "not an NPY file");
  EXPECT_ERROR(npy(makeNpy("|u1", "(7,)", six)),
               "6 bytes of NPY data, expected [7] of uint8");
  EXPECT_ERROR(npy(makeNpy("|u1", "(5,)", six)), "1 byte after the end");
  EXPECT_ERROR(npy(makeNpy("|u1", "(-6,)", six)), "header is damaged");
  EXPECT_ERROR(npy(makeNpy("|u1", "(6", six)), "header is damaged");
  EXPECT_ERROR(npy(makeNpy("|u1", "(6,)", six, "Maybe")), "header is damaged");
  EXPECT_ERROR(npy(makeNpy("|u1", "(6,)", six, "False", 9)),
               "NPY version 9.0, expected 1.0, 2.0 or 3.0");
  Bytes minor = makeNpy("|u1", "(6,)", six);
  minor[7] = 1;
  EXPECT_ERROR(npy(minor), "NPY version 1.1");
  // A number in parentheses, which is no tuple in Python.
  EXPECT_ERROR(npy(makeNpy("|u1", "(6)", six)), "header is damaged");
  EXPECT_ERROR(npy(makeNpy("|u1", "(6,), } #", six)), "header is damaged");
  EXPECT_ERROR(npy(makeNpy("<f2", "(3,)", six)),
               "type '<f2' is not supported, expected integers, float32");
  EXPECT_ERROR(npy(makeNpy("|O", "(6,)", six)), "'|O' is not supported");
  EXPECT_ERROR(npy(makeNpy("u1", "(6,)", six)), "'u1' is not supported");
  EXPECT_ERROR(npy(makeNpy(std::string("<\0f4", 4), "(6,)", six)),
               "'<?f4' is not supported, expected integers");
  EXPECT_ERROR(npy(makeNpy("|u1", "(4294967296, 4294967296, 4294967296)", six)),
               "cut short");
  EXPECT_ERROR(npy(makeNpy("|u1", "(99999999999999999999,)", six)),
               "header is damaged");
}

TEST(Npy, DimensionsBeyondNumpysAreAnError) {
  // Each element in Fortran order would go through all of them.
  std::string many = "(";
  for (int i = 0; i < 20000; ++i)
    many += "1,";
  EXPECT_ERROR(npy(makeNpy("|u1", many + "6)", six, "True", 2)),
               "more than 64 dimensions");
  std::string most = "(";
  for (int i = 0; i < 62; ++i)
    most += "1,";
  EXPECT_EQ(npy(makeNpy("|u1", most + "2,3)", six, "True", 2)).data,
            (Bytes{1, 3, 5, 2, 4, 6}));
}

TEST(Npy, HeadersAreCheckedBeforeTheElementsAreReordered) {
  EXPECT_ERROR(parseNpy(makeNpy("<u2", "(3,)", six), "f", refuse),
               "f: [3] uint16 refused");
}

TEST(Npy, TruncationIsAnErrorEverywhere) {
  for (size_t size = 0; size < numpyFortran.size(); ++size)
    EXPECT_THROW(npy(Bytes(numpyFortran.begin(), numpyFortran.begin() + size)),
                 Error)
        << size;
}

TEST(Npy, WritesWhatItReads) {
  TemporaryDirectory directory;
  std::string path = directory.path("a.npy");
  std::vector<float> values{1.5f, -2, 3, 4, 5, 6};
  for (const Shape &shape : {Shape{2, 3}, Shape{6}, Shape{6, 1, 1}}) {
    writeNpy(path, ElementType::F32, shape, values.data());
    Array array = readNpy(path);
    EXPECT_EQ(array.type, ElementType::F32);
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(valuesOf<float>(array), values);
    // NumPy asks for elements at a multiple of 64 bytes.
    EXPECT_EQ((readFile(path).size() - 24) % 64, 0u);
  }
  writeNpy(path, ElementType::U8, {6}, six.data());
  EXPECT_EQ(readNpy(path).type, ElementType::U8);
}

TEST(Npz, ReadsWhatNumpyWrote) {
  for (const Bytes &bytes : {numpySavez, numpySavezCompressed}) {
    Npz npz(bytes, "f.npz");
    EXPECT_EQ(npz.keys(), (std::vector<std::string>{"x", "y"}));
    Array x = npz.read("x");
    EXPECT_EQ(x.shape, (Shape{2, 3}));
    EXPECT_EQ(valuesOf<float>(x), (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(valuesOf<int64_t>(npz.read("y")), (std::vector<int64_t>{1, 0}));
  }
}

TEST(Npz, ReadsZip64) {
  Bytes x = makeNpy("|u1", "(6,)", six);
  for (bool deflate : {false, true}) {
    Npz npz(makeZip({{"x.npy", x, deflate, true}}), "f.npz");
    EXPECT_EQ(npz.read("x").data, six);
  }
}

TEST(Npz, MissingKeyListsTheOthers) {
  Npz npz(numpySavez, "f.npz");
  EXPECT_FALSE(npz.has("z"));
  EXPECT_ERROR(npz.read("z"), "f.npz: no array 'z', found x and y");
}

TEST(Npz, BrokenFilesAreErrors) {
  Bytes x = makeNpy("|u1", "(6,)", six);
  EXPECT_ERROR(Npz(six, "f.npz"), "not a zip file");
  EXPECT_ERROR(Npz(makeZip({{"x.npy", x}, {"x.npy", x}}), "f.npz"),
               "'x' appears twice");
  EXPECT_ERROR(Npz(makeZip({{"x.npy", six}}), "f.npz").read("x"),
               "f.npz:x: not an NPY file");
  for (bool deflate : {false, true}) {
    Bytes damaged = makeZip({{"x.npy", x, deflate}});
    damaged[30 + 5 + 20] ^= 1;
    EXPECT_THROW(Npz(damaged, "f.npz").read("x"), Error);
  }
  Bytes stored = makeZip({{"x.npy", x}});
  stored[30 + 5 + x.size() - 1] ^= 1;
  EXPECT_ERROR(Npz(stored, "f.npz").read("x"), "damaged: the checksum is ");
}

TEST(Npz, HeadersAreCheckedBeforeTheElementsAreInflated) {
  Bytes x = makeNpy("|u1", "(30000,)", Bytes(30000));
  Bytes zip = makeZip({{"x.npy", x, true}});
  EXPECT_EQ(Npz(zip, "f").read("x").data, Bytes(30000));
  // The checksum in the directory, which is compared when all is inflated.
  const char *entry = "PK\x01\x02";
  auto at = std::search(zip.begin(), zip.end(), entry, entry + 4);
  ASSERT_NE(at, zip.end());
  at[16] ^= 1;
  EXPECT_ERROR(Npz(zip, "f").read("x"), "damaged: the checksum is ");
  EXPECT_ERROR(Npz(zip, "f").read("x", refuse), "f:x: [30000] uint8 refused");
}

TEST(Npz, TimeIsLinearInTheMembers) {
  // A search for doubles among all members took minutes for so many.
  constexpr int members = 300000;
  std::vector<ZipMember> many(members);
  for (int i = 0; i < members; ++i)
    many[size_t(i)].name = std::to_string(i) + ".npy";
  many.front().zip64 = true; // Else an archive has up to 65,535.
  Bytes zip = makeZip(many);
  auto begin = std::chrono::steady_clock::now();
  Npz npz(zip, "f.npz");
  EXPECT_ERROR(npz.read("x"), "found 0, 1, 2, 3, 4, 5, 6, 7 and 299992 more");
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begin;
  EXPECT_LT(elapsed.count(), 20);
}

TEST(Npz, TruncationIsAnErrorEverywhere) {
  for (const Bytes &bytes : {numpySavez, numpySavezCompressed})
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_THROW(Npz(Bytes(bytes.begin(), bytes.begin() + size), "f"), Error)
          << size;
}

} // namespace
