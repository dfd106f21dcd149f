//===- MatrixFile.cpp - Matrices in files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixFile.h"

#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Formats/SmtxReader.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

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

Expected<MatrixFile> formats::parseMatrix(std::string_view text,
                                          std::string_view path,
                                          const ReadOptions &options) {
  if (startsWith(text, "%"))
    return parseMatrixMarket(text, path, options);
  std::string name = lower(path);
  if (endsWith(name, ".gz"))
    name.resize(name.size() - 3);
  if (endsWith(name, ".smtx") || looksLikeSmtx(text))
    return parseSmtx(text, path, options);
  if (endsWith(name, ".mtx") || text.empty())
    return parseMatrixMarket(text, path, options);
  return Error(concat(path, ":1: neither a Matrix Market file (which begins ",
                      "with '%%MatrixMarket') nor an .smtx file (which begins ",
                      "with 'rows, cols, nnz')"));
}

Expected<MatrixFile> formats::readMatrix(const std::string &path,
                                         const ReadOptions &options) {
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  return parseMatrix(*text, displayPath(path), options);
}
