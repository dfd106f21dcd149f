//===- FileIO.cpp - Whole files, compressed or not
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Support/FileIO.h"

#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/LargePages.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
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
  try {
    size_t size = std::max<size_t>(expectedSize + 1, 1 << 16);
    content.reserve(size);
    adviseLargePages(content.data(), size);
    content.resize(size);
  } catch (const std::exception &) { // bad_alloc or length_error
    return Error(concat(shown, ": there is not enough memory for the file of ",
                        expectedSize, " bytes"));
  }
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

Expected<std::string> sparsegpu::readFile(const std::string &path) {
  try {
    Expected<std::string> raw = readRaw(path);
    if (!raw || !isCompressed(*raw))
      return raw;
    return decompress(*raw, displayPath(path));
  } catch (const std::bad_alloc &) {
    return Error(
        concat(displayPath(path), ": there is not enough memory for the file"));
  }
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

Status sparsegpu::writeFileByName(const std::string &path,
                                  std::string_view content) {
  if (Compression method = compressionOfName(path);
      method != Compression::None) {
    try {
      Expected<std::string> packed = compress(content, method);
      if (!packed)
        return Error(concat(path, ": ", packed.message()));
      return writeFile(path, *packed);
    } catch (const std::bad_alloc &) {
      return Error(concat(path, ": there is not enough memory to compress ",
                          content.size(), " bytes"));
    }
  }
  return writeFile(path, content);
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
