//===- FileIO.cpp - Whole files, compressed or not
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/FileIO.h"

#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sys/stat.h>
#include <zlib.h>

using namespace sparsegpu;

namespace {
struct FileCloser {
  void operator()(std::FILE *file) const {
    if (file && file != stdin && file != stdout)
      std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;
} // namespace

std::string sparsegpu::displayPath(const std::string &path) {
  return path == "-" ? "<stdin>" : path;
}

static std::string systemMessage(int code) { return std::strerror(code); }

/// The bytes as they lie in the file.
static Expected<std::string> readRaw(const std::string &path) {
  std::string shown = displayPath(path);
  File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (!file)
    return Error(concat(shown, ": cannot open: ", systemMessage(errno)));
  struct stat info;
  size_t expectedSize = 0;
  if (fstat(fileno(file.get()), &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return Error(concat(shown, ": is a directory, expected a matrix file"));
    if (S_ISREG(info.st_mode))
      expectedSize = static_cast<size_t>(info.st_size);
  }
  std::string content;
  size_t used = 0;
  content.resize(std::max<size_t>(expectedSize + 1, 1 << 16));
  for (;;) {
    size_t room = content.size() - used;
    size_t got = std::fread(&content[used], 1, room, file.get());
    used += got;
    if (got < room) // the end, or an error
      break;
    content.resize(content.size() * 2);
  }
  if (std::ferror(file.get()))
    return Error(concat(shown, ": cannot read: ", systemMessage(errno)));
  content.resize(used);
  return content;
}

static bool isGzip(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

/// Inflates all gzip members of `bytes`.
static Expected<std::string> gunzip(const std::string &path,
                                    const std::string &bytes) {
  std::string text;
  size_t used = 0;
  auto failure = [&](std::string_view what) {
    auto line = 1 + std::count(text.begin(), text.begin() + used, '\n');
    return Error(concat(displayPath(path), ":", line, ": ", what));
  };

  z_stream stream = {};
  // 16 selects the gzip wrapper.
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
    return failure("cannot start zlib");
  std::unique_ptr<z_stream, int (*)(z_streamp)> guard(&stream, inflateEnd);

  text.resize(std::max<size_t>(bytes.size() * 4, 1 << 12));
  const char *next = bytes.data();
  const char *end = next + bytes.size();
  // zlib counts in 32 bits: feed and drain in pieces.
  constexpr size_t piece = 1u << 30;
  for (;;) {
    if (used == text.size())
      text.resize(text.size() * 2);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(next));
    size_t in = std::min<size_t>(end - next, piece);
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef *>(&text[used]);
    size_t out = std::min(text.size() - used, piece);
    stream.avail_out = static_cast<uInt>(out);
    int code = inflate(&stream, Z_NO_FLUSH);
    next += in - stream.avail_in;
    used += out - stream.avail_out;
    if (code == Z_STREAM_END) {
      std::string_view rest(next, static_cast<size_t>(end - next));
      if (rest.empty())
        break;
      if (!isGzip(rest))
        return failure("trailing bytes after the compressed data");
      if (inflateReset(&stream) != Z_OK)
        return failure("cannot restart zlib");
      continue;
    }
    if (code == Z_OK && (next != end || stream.avail_out == 0))
      continue;
    if (code == Z_OK || code == Z_BUF_ERROR)
      return failure("the compressed data is truncated");
    return failure(concat("the compressed data is damaged: ",
                          stream.msg ? stream.msg : zError(code)));
  }
  text.resize(used);
  return text;
}

Expected<std::string> sparsegpu::readFile(const std::string &path) {
  Expected<std::string> raw = readRaw(path);
  if (!raw || !isGzip(*raw))
    return raw;
  return gunzip(path, *raw);
}

Status sparsegpu::writeFile(const std::string &path, std::string_view content) {
  std::string shown = path == "-" ? "<stdout>" : path;
  File file(path == "-" ? stdout : std::fopen(path.c_str(), "wb"));
  if (!file)
    return Error(
        concat(shown, ": cannot open for writing: ", systemMessage(errno)));
  if (std::fwrite(content.data(), 1, content.size(), file.get()) !=
          content.size() ||
      std::fflush(file.get()) != 0)
    return Error(concat(shown, ": cannot write: ", systemMessage(errno)));
  return Status::success();
}

Status sparsegpu::writeGzip(const std::string &path, std::string_view content) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "wb6"),
                                                  gzclose);
  if (!file)
    return Error(
        concat(path, ": cannot open for writing: ", systemMessage(errno)));
  while (!content.empty()) {
    std::string_view piece = content.substr(0, 1u << 30);
    if (gzwrite(file.get(), piece.data(),
                static_cast<unsigned>(piece.size())) !=
        static_cast<int>(piece.size()))
      return Error(concat(path, ": cannot write: ", systemMessage(errno)));
    content.remove_prefix(piece.size());
  }
  if (gzclose(file.release()) != Z_OK)
    return Error(concat(path, ": cannot write: ", systemMessage(errno)));
  return Status::success();
}
