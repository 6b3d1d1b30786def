//===- Gzip.cpp - Reading compressed data ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Gzip.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"

#include <zlib.h>

#include <algorithm>

namespace vib::runtime {

bool isGzip(const uint8_t *data, size_t size) {
  return size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
}

struct Inflater::Stream {
  z_stream zlib = {};
  const uint8_t *begin;
  const uint8_t *next;
  const uint8_t *end;
  Format format;
  std::string name;
  bool ended = false;

  /// Gives zlib its next input. Its counters limit the size of a piece.
  void feed() {
    if (zlib.avail_in > 0)
      return;
    size_t piece = std::min<size_t>(end - next, 1u << 30);
    zlib.next_in = const_cast<Bytef *>(next);
    zlib.avail_in = uInt(piece);
    next += piece;
  }

  const uint8_t *position() const { return next - zlib.avail_in; }

  /// At the end of a member, begins the next one if there is one.
  void finishMember() {
    ended = true;
    if (format != Gzip || position() == end)
      return;
    if (!isGzip(position(), size_t(end - position())))
      fail("{}: {} after the end of the gzip data, expected none", name,
           counted(end - position(), "byte"));
    if (inflateReset(&zlib) != Z_OK)
      fail("{}: zlib cannot continue", name);
    ended = false;
  }
};

Inflater::Inflater(const uint8_t *data, size_t size, Format format,
                   std::string name)
    : stream(std::make_unique<Stream>()) {
  stream->begin = stream->next = data;
  stream->end = data + size;
  stream->format = format;
  stream->name = std::move(name);
  int windowBits = format == Gzip ? 16 + MAX_WBITS : -MAX_WBITS;
  if (inflateInit2(&stream->zlib, windowBits) != Z_OK)
    fail("{}: zlib cannot start", stream->name);
}

Inflater::~Inflater() { inflateEnd(&stream->zlib); }

size_t Inflater::read(void *buffer, size_t size) {
  uint8_t *out = static_cast<uint8_t *>(buffer);
  size_t done = 0;
  while (done < size && !stream->ended) {
    stream->feed();
    uInt piece = uInt(std::min<size_t>(size - done, 1u << 30));
    stream->zlib.next_out = out + done;
    stream->zlib.avail_out = piece;
    int status = inflate(&stream->zlib, Z_NO_FLUSH);
    done += piece - stream->zlib.avail_out;
    if (status == Z_STREAM_END) {
      stream->finishMember();
      continue;
    }
    if (status == Z_BUF_ERROR ||
        (status == Z_OK && stream->zlib.avail_out == piece &&
         stream->position() == stream->end))
      fail("{}: the compressed data is cut short: it ends at byte {}, expected "
           "its end mark",
           stream->name, stream->position() - stream->begin);
    if (status != Z_OK)
      fail(
          "{}: the compressed data is damaged before its byte {}: {}, expected "
          "a deflate stream",
          stream->name, stream->position() - stream->begin,
          stream->zlib.msg ? stream->zlib.msg : "unknown error");
  }
  return done;
}

Bytes Inflater::readUpTo(uint64_t size) {
  uint64_t most = maxInflation * uint64_t(stream->end - stream->position());
  Bytes bytes;
  // Reserving avoids copies, and reserved memory that is never written takes
  // no physical memory.
  most = std::min(size, most);
  requireMemory(most, stream->name);
  bytes.reserve(size_t(most));
  size_t done = 0;
  while (done < size) {
    size_t room = std::max<size_t>(2 * done, 1u << 20);
    bytes.resize(size_t(std::min<uint64_t>(size, room)));
    size_t got = read(bytes.data() + done, bytes.size() - done);
    done += got;
    if (done < bytes.size())
      break;
  }
  bytes.resize(done);
  return bytes;
}

void Inflater::expectEnd() {
  uint8_t extra;
  if (read(&extra, 1) != 0)
    fail("{}: bytes after the end of the data, expected none", stream->name);
  if (stream->position() != stream->end)
    fail("{}: {} after the end of the compressed data, expected none",
         stream->name, counted(stream->end - stream->position(), "byte"));
}

} // namespace vib::runtime
