//===- Compression.cpp - gzip and zstd
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/Compression.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <memory>
#include <zlib.h>
#ifdef SPARSEGPU_HAS_ZSTD
#include <zstd.h>
#endif

using namespace sparsegpu;

Compression sparsegpu::compressionOf(std::string_view bytes) {
  if (startsWith(bytes, "\x1f\x8b"))
    return Compression::Gzip;
  if (startsWith(bytes, "\x28\xb5\x2f\xfd"))
    return Compression::Zstd;
  return Compression::None;
}

Compression sparsegpu::compressionOfName(std::string_view path) {
  std::string name = lower(path);
  if (endsWith(name, ".gz"))
    return Compression::Gzip;
  return endsWith(name, ".zst") ? Compression::Zstd : Compression::None;
}

std::string_view sparsegpu::withoutCompression(std::string_view path) {
  switch (compressionOfName(path)) {
  case Compression::None:
    return path;
  case Compression::Gzip:
    return path.substr(0, path.size() - 3);
  case Compression::Zstd:
    return path.substr(0, path.size() - 4);
  }
  return path;
}

namespace {
/// Text that grows while it is unpacked, and the errors about it.
struct Output {
  std::string text;
  size_t used = 0;
  std::string_view path;

  /// `announced`, where it is not 0, is the size that the bytes claim to have
  /// unpacked. It is believed within reason; a little more lets the unpacker
  /// find the end.
  Output(std::string_view bytes, std::string_view path, uint64_t announced)
      : path(path) {
    size_t size = bytes.size() * 4;
    if (announced != 0 && announced / 1024 <= bytes.size())
      size = static_cast<size_t>(announced) + 64;
    text.resize(std::max<size_t>(size, 1 << 12));
  }

  void makeRoom() {
    if (used == text.size())
      text.resize(text.size() * 2);
  }

  Error failure(std::string_view what) const {
    auto line = 1 + std::count(text.begin(), text.begin() + used, '\n');
    return Error(concat(path, ":", line, ": ", what));
  }

  std::string take() {
    text.resize(used);
    return std::move(text);
  }
};
} // namespace

// zlib counts in 32 bits: feed and drain in pieces.
static constexpr size_t zlibPiece = 1u << 30;

static Bytef *zlibBytes(const char *bytes) {
  return reinterpret_cast<Bytef *>(const_cast<char *>(bytes));
}

/// The last four bytes: the size modulo 2^32, of the last member if there are
/// several.
static uint64_t announcedByGzip(std::string_view bytes) {
  uint64_t size = 0;
  for (size_t i = 0; i < 4 && bytes.size() >= 18; ++i)
    size |= uint64_t(static_cast<unsigned char>(bytes[bytes.size() - 4 + i]))
            << (8 * i);
  return size;
}

static Expected<std::string> gunzip(std::string_view bytes,
                                    std::string_view path) {
  Output output(bytes, path, announcedByGzip(bytes));
  z_stream stream = {};
  // 16 selects the gzip wrapper.
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
    return output.failure("cannot start zlib");
  std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, inflateEnd);

  const char *next = bytes.data();
  const char *end = next + bytes.size();
  for (;;) {
    output.makeRoom();
    stream.next_in = zlibBytes(next);
    size_t in = std::min<size_t>(end - next, zlibPiece);
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = zlibBytes(&output.text[output.used]);
    size_t out = std::min(output.text.size() - output.used, zlibPiece);
    stream.avail_out = static_cast<uInt>(out);
    int code = inflate(&stream, Z_NO_FLUSH);
    next += in - stream.avail_in;
    output.used += out - stream.avail_out;
    if (code == Z_STREAM_END) {
      std::string_view rest(next, static_cast<size_t>(end - next));
      if (rest.empty())
        return output.take();
      if (compressionOf(rest) != Compression::Gzip)
        return output.failure("trailing bytes after the compressed data");
      if (inflateReset(&stream) != Z_OK)
        return output.failure("cannot restart zlib");
      continue;
    }
    if (code == Z_OK && (next != end || stream.avail_out == 0))
      continue;
    if (code == Z_OK || code == Z_BUF_ERROR)
      return output.failure("the compressed data is truncated");
    return output.failure(concat("the compressed data is damaged: ",
                                 stream.msg ? stream.msg : zError(code)));
  }
}

#ifdef SPARSEGPU_HAS_ZSTD
static Expected<std::string> unpackZstd(std::string_view bytes,
                                        std::string_view path) {
  unsigned long long size =
      ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
    size = 0;
  Output output(bytes, path, size);
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream *)> stream(
      ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream)
    return output.failure("cannot start zstd");
  ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
  for (;;) {
    output.makeRoom();
    ZSTD_outBuffer out = {&output.text[output.used],
                          output.text.size() - output.used, 0};
    size_t left = ZSTD_decompressStream(stream.get(), &out, &in);
    output.used += out.pos;
    if (ZSTD_isError(left))
      return output.failure(
          concat("the compressed data is damaged: ", ZSTD_getErrorName(left)));
    // 0 is the end of a frame; another one may follow.
    if (left == 0 && in.pos == in.size)
      return output.take();
    if (in.pos == in.size && out.pos < out.size)
      return output.failure("the compressed data is truncated");
  }
}
#endif

Expected<std::string> sparsegpu::decompress(std::string_view bytes,
                                            std::string_view path) {
  if (compressionOf(bytes) == Compression::Gzip)
    return gunzip(bytes, path);
#ifdef SPARSEGPU_HAS_ZSTD
  return unpackZstd(bytes, path);
#else
  return Error(concat(path, ": is compressed with zstd, which this build does "
                            "not have"));
#endif
}

static Expected<std::string> gzip(std::string_view content) {
  z_stream stream = {};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return Error("cannot start zlib");
  std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, deflateEnd);
  std::string packed;
  size_t used = 0;
  for (;;) {
    if (packed.size() - used < (1 << 16))
      packed.resize(std::max<size_t>(2 * packed.size(), 1 << 17));
    stream.next_in = zlibBytes(content.data());
    size_t in = std::min(content.size(), zlibPiece);
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = zlibBytes(&packed[used]);
    size_t out = std::min(packed.size() - used, zlibPiece);
    stream.avail_out = static_cast<uInt>(out);
    int code = deflate(&stream, in == content.size() ? Z_FINISH : Z_NO_FLUSH);
    content.remove_prefix(in - stream.avail_in);
    used += out - stream.avail_out;
    if (code == Z_STREAM_END)
      break;
    if (code != Z_OK && code != Z_BUF_ERROR)
      return Error("zlib cannot compress");
  }
  packed.resize(used);
  return packed;
}

Expected<std::string> sparsegpu::compress(std::string_view content,
                                          Compression method) {
  if (method == Compression::None)
    return std::string(content);
  if (method == Compression::Gzip)
    return gzip(content);
#ifdef SPARSEGPU_HAS_ZSTD
  std::string packed(ZSTD_compressBound(content.size()), '\0');
  size_t size = ZSTD_compress(packed.data(), packed.size(), content.data(),
                              content.size(), 3);
  if (ZSTD_isError(size))
    return Error(concat("zstd cannot compress: ", ZSTD_getErrorName(size)));
  packed.resize(size);
  return packed;
#else
  return Error("this build does not have zstd");
#endif
}

Expected<std::string> sparsegpu::inflateRaw(std::string_view bytes,
                                            size_t size) {
  // A deflated byte stands for 1032 bytes at most.
  if (size / 1032 > bytes.size() + 1)
    return Error(concat(bytes.size(), " deflated bytes cannot hold ", size));
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return Error("cannot start zlib");
  std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, inflateEnd);
  std::string text(size + 1, '\0'); // One more shows that there is more.
  size_t used = 0, taken = 0;
  for (;;) {
    stream.next_in = zlibBytes(bytes.data() + taken);
    size_t in = std::min(bytes.size() - taken, zlibPiece);
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = zlibBytes(&text[used]);
    size_t out = std::min(text.size() - used, zlibPiece);
    stream.avail_out = static_cast<uInt>(out);
    int code = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    used += out - stream.avail_out;
    if (code == Z_STREAM_END)
      break;
    if (code != Z_OK)
      return Error("the deflated data is damaged");
    if (used == text.size() || (taken == bytes.size() && stream.avail_out))
      return Error(concat("the deflated data does not hold ", size, " bytes"));
  }
  if (used != size)
    return Error(concat("the deflated data does not hold ", size, " bytes"));
  text.resize(size);
  return text;
}
