//===- MatrixFile.cpp - Matrices in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixFile.h"

#include "NpyArray.h"
#include "NumericArray.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Formats/EdgeListReader.h"
#include "SparseGPU/Formats/FrosttReader.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Formats/NumpyReader.h"
#include "SparseGPU/Formats/SafetensorsReader.h"
#include "SparseGPU/Formats/SmtxReader.h"
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "Zip.h"

#include <utility>

using namespace sparsegpu;
using namespace sparsegpu::formats;

std::string_view formats::name(FileKind kind) {
  switch (kind) {
  case FileKind::MatrixMarket:
    return "Matrix Market";
  case FileKind::Smtx:
    return "smtx";
  case FileKind::Npz:
    return "npz";
  case FileKind::Npy:
    return "npy";
  case FileKind::Safetensors:
    return "safetensors";
  case FileKind::EdgeList:
    return "edge list";
  case FileKind::Frostt:
    return "FROSTT";
  case FileKind::Container:
    return "container";
  }
  return {};
}

std::string_view formats::name(FileField field) {
  switch (field) {
  case FileField::Real:
    return "real";
  case FileField::Integer:
    return "integer";
  case FileField::Pattern:
    return "pattern";
  case FileField::Complex:
    return "complex";
  }
  return {};
}

std::string_view formats::name(FileSymmetry symmetry) {
  switch (symmetry) {
  case FileSymmetry::General:
    return "general";
  case FileSymmetry::Symmetric:
    return "symmetric";
  case FileSymmetry::SkewSymmetric:
    return "skew-symmetric";
  case FileSymmetry::Hermitian:
    return "hermitian";
  }
  return {};
}

/// True when the first line is what an .smtx file begins with: numbers and
/// commas.
static bool looksLikeSmtx(std::string_view text) {
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return line.find(',') != std::string_view::npos &&
         line.find_first_not_of("0123456789, \t+-") == std::string_view::npos;
}

std::optional<FileKind> formats::kindOfName(std::string_view path) {
  static constexpr std::pair<std::string_view, FileKind> endings[] = {
      {".mtx", FileKind::MatrixMarket},
      {".smtx", FileKind::Smtx},
      {".npz", FileKind::Npz},
      {".npy", FileKind::Npy},
      {".safetensors", FileKind::Safetensors},
      {".el", FileKind::EdgeList},
      {".wel", FileKind::EdgeList},
      {".edges", FileKind::EdgeList},
      {".edgelist", FileKind::EdgeList},
      {".txt", FileKind::EdgeList},
      {".tsv", FileKind::EdgeList},
      {".csv", FileKind::EdgeList},
      {".tns", FileKind::Frostt},
      {".sgpk", FileKind::Container},
  };
  std::string name = lower(withoutCompression(path));
  for (const auto &[ending, kind] : endings)
    if (endsWith(name, ending))
      return kind;
  return std::nullopt;
}

/// What the content is beyond doubt.
static std::optional<FileKind> kindOfContent(std::string_view content) {
  if (startsWith(lower(content.substr(0, 14)), "%%matrixmarket"))
    return FileKind::MatrixMarket;
  if (isNpy(content))
    return FileKind::Npy;
  if (isZip(content))
    return FileKind::Npz;
  if (isContainer(content))
    return FileKind::Container;
  if (isSafetensors(content))
    return FileKind::Safetensors;
  if (isExtendedFrostt(content))
    return FileKind::Frostt;
  return std::nullopt;
}

/// What the content looks like.
static std::optional<FileKind> guessKind(std::string_view text) {
  if (text.empty())
    return FileKind::MatrixMarket;
  if (looksLikeSmtx(text))
    return FileKind::Smtx;
  if (looksLikeEdgeList(text))
    return FileKind::EdgeList;
  if (text[0] == '%')
    return FileKind::MatrixMarket;
  return std::nullopt;
}

std::optional<FileKind> formats::detectKind(std::string_view content,
                                            std::string_view path) {
  if (std::optional<FileKind> kind = kindOfContent(content))
    return kind;
  std::optional<FileKind> named = kindOfName(path);
  // DLMC's files are found under other names.
  if (named == FileKind::MatrixMarket && looksLikeSmtx(content))
    return FileKind::Smtx;
  return named ? named : guessKind(content);
}

/// Which program packed the content that this library cannot unpack, or "".
static std::string_view foreignCompression(std::string_view content) {
  static constexpr std::pair<std::string_view, std::string_view> magics[] = {
      {"BZh", "bzip2"},
      {{"\xfd"
        "7zXZ\0",
        6},
       "xz"},
      {"\x04\x22\x4d\x18", "lz4"},
      {"7z\xbc\xaf\x27\x1c", "7-Zip"},
  };
  for (const auto &[magic, name] : magics)
    if (startsWith(content, magic))
      return name;
  return {};
}

Expected<MatrixFile> formats::parseMatrix(std::string_view text,
                                          std::string_view path,
                                          const ReadOptions &options) {
  if (std::string_view packer = foreignCompression(text); !packer.empty())
    return byteError(path, 0, "is compressed with ", packer,
                     ", which is not supported; unpack it first");
  std::optional<FileKind> kind =
      options.kind ? options.kind : detectKind(text, path);
  if (kind != FileKind::Npz && kind != FileKind::Npy &&
      startsWith(text, "\xef\xbb\xbf"))
    return Error(concat(path, ":1:1: the text begins with the byte order mark "
                              "of UTF-8, which does not belong in it"));
  if (!kind)
    return Error(concat(path, ": is no Matrix Market file (which begins with "
                              "'%%MatrixMarket'), nor .smtx ('rows, cols, "
                              "nnz'), .npz, .npy, safetensors, an edge list, "
                              ".tns or a container"));
  switch (*kind) {
  case FileKind::MatrixMarket:
    return parseMatrixMarket(text, path, options);
  case FileKind::Smtx:
    return parseSmtx(text, path, options);
  case FileKind::Npz:
    return parseNpz(text, path, options);
  case FileKind::Npy:
    return parseNpy(text, path, options);
  case FileKind::Safetensors:
    return parseSafetensors(text, path, options);
  case FileKind::EdgeList:
    return parseEdgeList(text, path, options);
  case FileKind::Frostt:
    return parseFrostt(text, path, options);
  case FileKind::Container:
    return parseContainer(text, path);
  }
  return Error("unknown kind of file");
}

Expected<MatrixFile> formats::readMatrix(const std::string &path,
                                         const ReadOptions &options) {
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  return parseMatrix(*text, displayPath(path), options);
}
