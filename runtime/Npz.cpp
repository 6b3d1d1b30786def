//===- Npz.cpp - NumPy's archives of arrays -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A zip file is read from its end. The end record gives the position of the
// directory, and the directory gives the position, size and checksum of each
// member. Of a member's local header only its own size is used. If a number
// does not fit into 32 bits it is 0xffffffff, and the true value is in the
// zip64 records. np.savez always writes zip64 records.
//
//===----------------------------------------------------------------------===//

#include "runtime/Npz.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Gzip.h"
#include "runtime/Npy.h"

#include <zlib.h>

#include <algorithm>
#include <optional>

namespace vib::runtime {

namespace {

constexpr uint32_t endSignature = 0x06054b50;
constexpr uint32_t end64Signature = 0x06064b50;
constexpr uint32_t locator64Signature = 0x07064b50;
constexpr uint32_t entrySignature = 0x02014b50;
constexpr uint32_t localSignature = 0x04034b50;
constexpr size_t endSize = 22, end64Size = 56, locator64Size = 20;
constexpr size_t entrySize = 46;
constexpr const char *endRecord = "the end record of a zip file";

/// Reads little-endian numbers from a file, and checks every read.
class Cursor {
public:
  /// `what` is to be in these bytes.
  Cursor(const Bytes &contents, const std::string &name, const char *what,
         uint64_t begin, uint64_t limit)
      : bytes(contents), fileName(name), what(what), start(begin),
        position(begin), end(limit) {
    if (begin > limit || limit > contents.size())
      damaged();
  }

  uint64_t number(size_t size) {
    const uint8_t *data = skip(size);
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value |= uint64_t(data[i]) << 8 * i;
    return value;
  }
  uint16_t u16() { return uint16_t(number(2)); }
  uint32_t u32() { return uint32_t(number(4)); }
  uint64_t u64() { return number(8); }

  const uint8_t *skip(uint64_t size) {
    if (size > end - position)
      damaged();
    const uint8_t *data = bytes.data() + position;
    position += size;
    return data;
  }

  uint64_t offset() const { return position; }
  bool atEnd() const { return position == end; }

  [[noreturn]] void damaged() {
    fail("{}: the zip file is damaged or cut short: expected {} at byte {}",
         fileName, what, start);
  }

private:
  const Bytes &bytes;
  const std::string &fileName;
  const char *what;
  uint64_t start;
  uint64_t position;
  uint64_t end;
};

/// The offset of the end record, which may be followed by a comment of up to
/// 65,535 bytes.
size_t findEnd(const Bytes &bytes, const std::string &name) {
  if (bytes.size() >= endSize) {
    size_t last = bytes.size() - endSize;
    size_t first = last > 0xffff ? last - 0xffff : 0;
    for (size_t at = last + 1; at-- > first;) {
      Cursor cursor(bytes, name, endRecord, at, bytes.size());
      if (cursor.u32() != endSignature)
        continue;
      cursor.skip(16);
      if (cursor.u16() == last - at)
        return at;
    }
  }
  fail("{}: not a zip file, or cut short: expected {} in its last 65,557 bytes",
       name, endRecord);
}

} // namespace

Npz::Npz(const std::string &path) : Npz(readFile(path), path) {}

Npz::Npz(Bytes contents, std::string path)
    : bytes(std::move(contents)), name(std::move(path)) {
  parseDirectory();
}

void Npz::parseDirectory() {
  size_t end = findEnd(bytes, name);
  Cursor cursor(bytes, name, endRecord, end + 8, bytes.size());
  cursor.skip(2);
  uint64_t count = cursor.u16();
  uint64_t size = cursor.u32();
  uint64_t offset = cursor.u32();
  if (end >= locator64Size) {
    Cursor locator(bytes, name, "the place of the zip64 end record",
                   end - locator64Size, end);
    if (locator.u32() == locator64Signature) {
      locator.skip(4);
      uint64_t at = locator.u64();
      if (at > end || end - at < end64Size)
        locator.damaged();
      Cursor end64(bytes, name, "the zip64 end record", at, end);
      if (end64.u32() != end64Signature)
        end64.damaged();
      end64.skip(28);
      count = end64.u64();
      size = end64.u64();
      offset = end64.u64();
    }
  }
  if (offset > bytes.size() || size > bytes.size() - offset ||
      count > size / entrySize)
    fail("{}: the zip file is damaged or cut short: its directory is said to "
         "be {} bytes from byte {} on and to have {} entries, expected it in a "
         "file of {} bytes",
         name, size, offset, count, bytes.size());

  Cursor entry(bytes, name, "a directory of whole entries", offset,
               offset + size);
  for (uint64_t i = 0; i < count; ++i) {
    if (entry.u32() != entrySignature)
      entry.damaged();
    Member member;
    entry.skip(4);
    bool encrypted = entry.u16() & 1;
    member.method = entry.u16();
    entry.skip(4);
    member.checksum = entry.u32();
    member.packedSize = entry.u32();
    member.size = entry.u32();
    size_t keySize = entry.u16();
    size_t extraSize = entry.u16();
    size_t commentSize = entry.u16();
    entry.skip(8);
    member.header = entry.u32();
    member.key.assign(reinterpret_cast<const char *>(entry.skip(keySize)),
                      keySize);
    uint64_t extraBegin = entry.offset();
    entry.skip(extraSize);
    Cursor extra(bytes, name, "the extra fields of an entry", extraBegin,
                 entry.offset());
    entry.skip(commentSize);
    while (!extra.atEnd()) {
      uint16_t id = extra.u16();
      uint16_t length = extra.u16();
      uint64_t begin = extra.offset();
      extra.skip(length);
      if (id != 1)
        continue;
      // The record has only the values that do not fit into the entry, in this
      // order.
      Cursor zip64(bytes, name, "the zip64 sizes of an entry", begin,
                   extra.offset());
      for (uint64_t *value : {&member.size, &member.packedSize, &member.header})
        if (*value == 0xffffffff)
          *value = zip64.u64();
    }
    if (encrypted)
      fail("{}: the member '{}' is encrypted, expected it plain", name,
           member.key);
    constexpr std::string_view suffix = ".npy";
    if (member.key.size() < suffix.size() ||
        member.key.compare(member.key.size() - suffix.size(), suffix.size(),
                           suffix) != 0)
      continue;
    member.key.resize(member.key.size() - suffix.size());
    if (!places.emplace(member.key, members.size()).second)
      fail("{}: the array '{}' appears twice, expected once", name, member.key);
    members.push_back(std::move(member));
  }
}

std::vector<std::string> Npz::keys() const {
  std::vector<std::string> result;
  for (const Member &member : members)
    result.push_back(member.key);
  return result;
}

std::string Npz::nameOf(const std::string &key) const {
  return fmt::format("{}:{}", name, key);
}

Array Npz::read(const std::string &key, const CheckHeader &check) const {
  auto found = places.find(key);
  if (found == places.end())
    fail("{}: no array '{}', found {}", name, key,
         members.empty() ? "none" : listNames(keys()));
  const Member &member = members[found->second];
  std::string label = nameOf(key);

  Cursor local(bytes, name, "a whole member", member.header, bytes.size());
  if (local.u32() != localSignature)
    local.damaged();
  local.skip(22);
  uint64_t keySize = local.u16();
  uint64_t extraSize = local.u16();
  local.skip(keySize + extraSize);
  const uint8_t *packed = local.skip(member.packedSize);

  std::optional<Inflater> inflater;
  if (member.method == 8) {
    if (member.size / maxInflation > member.packedSize)
      fail("{}: the zip file says {}, more than its {} can hold, "
           "expected at most {}",
           label, counted(int64_t(member.size), "byte"),
           grouped(int64_t(member.packedSize)),
           grouped(int64_t(maxInflation * member.packedSize)));
    inflater.emplace(packed, member.packedSize, Inflater::Raw, label);
  } else if (member.method != 0) {
    fail("{}: compressed by the zip method {}, expected 0 (stored) or 8 "
         "(deflate)",
         label, member.method);
  } else if (member.packedSize != member.size) {
    local.damaged();
  }

  // It is read in pieces, so that the elements are not copied afterwards.
  uint64_t done = 0;
  uLong checksum = crc32_z(0, nullptr, 0);
  auto take = [&](uint64_t size) {
    Bytes piece;
    if (inflater) {
      piece = inflater->readUpTo(size);
    } else {
      requireMemory(size, label);
      piece.assign(packed + done, packed + done + size);
    }
    done += piece.size();
    if (piece.size() < size)
      fail("{}: {}, expected {}", label, counted(int64_t(done), "byte"),
           grouped(int64_t(member.size)));
    checksum = crc32_z(checksum, piece.data(), piece.size());
    return piece;
  };
  Bytes head = take(std::min<uint64_t>(npyPrefixBytes, member.size));
  size_t headerBytes = npyHeaderBytes(head.data(), member.size, label);
  Bytes rest = take(headerBytes - head.size());
  head.insert(head.end(), rest.begin(), rest.end());
  NpyHeader header =
      parseNpyHeader(head.data(), headerBytes, member.size, label, check);
  Bytes elements = take(header.dataBytes);
  if (inflater)
    inflater->expectEnd();
  if (checksum != member.checksum)
    fail("{}: damaged: the checksum is {:08x}, expected {:08x}", label,
         checksum, member.checksum);
  return header.finish(std::move(elements), label);
}

} // namespace vib::runtime
