//===- Oracles.cpp - What must hold for any bytes
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Oracles.h"

#include "SparseGPU/Formats/Csr.h"
#include "SparseGPU/Formats/EdgeListReader.h"
#include "SparseGPU/Formats/FrosttReader.h"
#include "SparseGPU/Formats/MatrixFileWriter.h"
#include "SparseGPU/Formats/MatrixMarketReader.h"
#include "SparseGPU/Formats/NumpyReader.h"
#include "SparseGPU/Formats/SafetensorsReader.h"
#include "SparseGPU/Formats/SmtxReader.h"
#include "SparseGPU/Support/Compression.h"
#include "SparseGPU/Support/Strings.h"

#include <cmath>
#include <map>

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::fuzz;

static constexpr std::string_view fileName = "f";

/// Larger matrices are not packed, nor written by rows or densely: a header may
/// rightly announce more rows than there is memory for.
static constexpr int64_t maxRows = 1 << 16, maxElements = 1 << 16;

static bool isText(FileKind kind) {
  return kind == FileKind::MatrixMarket || kind == FileKind::Smtx ||
         kind == FileKind::EdgeList || kind == FileKind::Frostt;
}

static Expected<MatrixFile> read(FileKind kind, std::string_view content,
                                 const ReadOptions &options) {
  switch (kind) {
  case FileKind::MatrixMarket:
    return parseMatrixMarket(content, fileName, options);
  case FileKind::Smtx:
    return parseSmtx(content, fileName, options);
  case FileKind::Npz:
    return parseNpz(content, fileName, options);
  case FileKind::Npy:
    return parseNpy(content, fileName, options);
  case FileKind::Safetensors:
    return parseSafetensors(content, fileName, options);
  case FileKind::EdgeList:
    return parseEdgeList(content, fileName, options);
  case FileKind::Frostt:
    return parseFrostt(content, fileName, options);
  default:
    return parseMatrix(content, fileName, options);
  }
}

//===----------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------===//

/// The length of line `number` (from 1) without its end, -1 when there is no
/// such line. A line ends with LF, CR LF or CR.
static int64_t lineLength(std::string_view text, int64_t number) {
  size_t at = 0;
  for (int64_t line = 1;; ++line) {
    size_t end = text.find_first_of("\r\n", at);
    bool isLast = end == std::string_view::npos;
    if (line == number)
      return static_cast<int64_t>((isLast ? text.size() : end) - at);
    if (isLast)
      return -1;
    at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
}

/// "<file>:LINE:COLUMN: " with a place that is in the text.
static bool hasPlace(std::string_view message, std::string_view text) {
  std::vector<std::string_view> parts = split(message, ':');
  if (parts.size() < 4)
    return false;
  int64_t line = parseInteger(parts[1]).value_or(0);
  int64_t column = parseInteger(parts[2]).value_or(0);
  return line >= 1 && column >= 1 && column <= lineLength(text, line) + 1;
}

static Verdict checkMessage(std::string_view message, std::string_view prefix) {
  if (!startsWith(message, prefix))
    return concat("the message does not begin with '", prefix, "': ", message);
  for (char c : message)
    if (c < ' ' || c > '~')
      return concat("the message has characters that do not print: ", message);
  if (message.size() > 2000)
    return concat("the message has ", message.size(), " characters");
  if (endsWith(message, "there is not enough memory for the matrix") ||
      endsWith(message, "more than the memory of this machine"))
    return concat("more memory is asked for than the file is worth: ", message);
  return {};
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

static bool same(double left, double right) {
  if (std::isnan(left) || std::isnan(right))
    return std::isnan(left) && std::isnan(right);
  // Zeros have signs.
  return left == right && std::signbit(left) == std::signbit(right);
}

Verdict fuzz::compare(const CooMatrix &left, const CooMatrix &right,
                      std::string_view what) {
  if (left.rows != right.rows || left.cols != right.cols ||
      left.entries() != right.entries())
    return concat(what, ": ", left.rows, " x ", left.cols, " with ",
                  left.entries(), " entries became ", right.rows, " x ",
                  right.cols, " with ", right.entries());
  for (size_t e = 0; e < left.row.size(); ++e)
    if (left.row[e] != right.row[e] || left.col[e] != right.col[e] ||
        !same(left.value[e], right.value[e]))
      return concat(what, ": entry ", e, " (", left.row[e], ", ", left.col[e],
                    ", ", left.value[e], ") became (", right.row[e], ", ",
                    right.col[e], ", ", right.value[e], ")");
  return {};
}

/// The entries by place, those of one place added up in their order.
static CooMatrix sorted(const CooMatrix &matrix) {
  std::map<std::pair<int64_t, int64_t>, double> entries;
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    auto [found, isNew] =
        entries.try_emplace({matrix.row[e], matrix.col[e]}, matrix.value[e]);
    if (!isNew)
      found->second += matrix.value[e];
  }
  CooMatrix result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  for (const auto &[place, value] : entries)
    result.add(place.first, place.second, value);
  return result;
}

/// Stable by rows: what .smtx keeps of an order.
static CooMatrix byRows(const CooMatrix &matrix) {
  std::multimap<int64_t, size_t> order;
  for (size_t e = 0; e < matrix.row.size(); ++e)
    order.emplace(matrix.row[e], e);
  CooMatrix result;
  result.rows = matrix.rows;
  result.cols = matrix.cols;
  for (const auto &[row, e] : order)
    result.add(row, matrix.col[e], 1);
  return result;
}

static Verdict checkPacking(const CooMatrix &matrix) {
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 64;
  options.valueType = ElementType::F64;
  Expected<PackedMatrix> packed = packCsr(matrix, options);
  if (!packed)
    return concat("the matrix is not packed: ", packed.message());
  Expected<CooMatrix> back = unpackCsr(*packed);
  if (!back)
    return concat("the matrix is not unpacked: ", back.message());
  return compare(sorted(matrix), *back, "compressed rows");
}

/// Written as `kind` and read again it is `expected`.
static Verdict checkRoundTrip(const CooMatrix &matrix, FileKind kind,
                              const MatrixWriteOptions &options,
                              const CooMatrix &expected) {
  Expected<std::string> text = formatMatrix(matrix, kind, options);
  if (!text)
    return concat("is not written as ", name(kind), ": ", text.message());
  Expected<MatrixFile> back = read(kind, *text, {});
  if (!back)
    return concat("is not read again as ", name(kind), ": ", back.message());
  return compare(expected, back->matrix, name(kind));
}

static Verdict checkWriting(const CooMatrix &matrix) {
  MatrixWriteOptions options, pattern;
  pattern.field = FileField::Pattern;
  Verdict verdict =
      checkRoundTrip(matrix, FileKind::MatrixMarket, options, matrix);
  if (verdict.empty())
    verdict = checkRoundTrip(matrix, FileKind::EdgeList, options, matrix);
  if (verdict.empty())
    verdict = checkRoundTrip(matrix, FileKind::Frostt, options, matrix);
  if (matrix.rows <= maxRows && matrix.cols <= maxRows) {
    if (verdict.empty())
      verdict = checkRoundTrip(matrix, FileKind::Npz, options, matrix);
    if (verdict.empty())
      verdict = checkRoundTrip(matrix, FileKind::Smtx, pattern, byRows(matrix));
    if (verdict.empty())
      verdict = checkPacking(matrix);
    if (verdict.empty() && matrix.rows * matrix.cols <= maxElements) {
      // Zeros are no entries of a dense file.
      CooMatrix dense = sorted(matrix), nonzeros;
      nonzeros.rows = dense.rows;
      nonzeros.cols = dense.cols;
      for (size_t e = 0; e < dense.row.size(); ++e)
        if (dense.value[e] != 0)
          nonzeros.add(dense.row[e], dense.col[e], dense.value[e]);
      verdict = checkRoundTrip(matrix, FileKind::Npy, options, nonzeros);
    }
  }
  return verdict;
}

/// How many entries a byte of a file can stand for: an entry of a symmetric
/// text is two; deflated bytes are up to 1032 bytes of an array.
static int64_t entriesPerByte(FileKind kind) {
  return kind == FileKind::Npz ? 1032 : 2;
}

static Verdict checkOnce(FileKind kind, std::string_view content,
                         const ReadOptions &options) {
  Expected<MatrixFile> file = read(kind, content, options);
  if (!file) {
    std::string message = file.message();
    Verdict verdict = checkMessage(message, concat(fileName, ":"));
    if (verdict.empty() && isText(kind) && !hasPlace(message, content))
      verdict = concat("the message has no place in the text: ", message);
    return verdict;
  }
  if (Status status = checkCoo(file->matrix); !status)
    return concat("what is read is no matrix: ", status.message());
  int64_t room =
      entriesPerByte(kind) * (static_cast<int64_t>(content.size()) + 1);
  if (file->kind != FileKind::Container && file->matrix.entries() > room)
    return concat(content.size(), " bytes became ", file->matrix.entries(),
                  " entries");
  if (file->storedEntries < 0)
    return concat("there are ", file->storedEntries, " entries in the file");
  return checkWriting(file->matrix);
}

Verdict fuzz::checkReader(FileKind kind, std::string_view content) {
  for (ComplexValues complex :
       {ComplexValues::Refuse, ComplexValues::Real, ComplexValues::Magnitude}) {
    ReadOptions options;
    options.complexValues = complex;
    // Only complex numbers make a difference, and those are refused at first.
    Verdict verdict = checkOnce(kind, content, options);
    if (!verdict.empty())
      return verdict;
  }
  ReadOptions options;
  options.edgeBase = 1;
  options.patternValues = PatternValues::Random;
  options.tensor = "w";
  return checkOnce(kind, content, options);
}

Verdict fuzz::checkCompressed(std::string_view content) {
  Compression method = compressionOf(content);
  if (method == Compression::None)
    return {};
  Expected<std::string> text = decompress(content, fileName);
  if (!text)
    return checkMessage(text.message(), concat(fileName, ":"));
  Expected<std::string> again = compress(*text, method);
  if (!again)
    return concat("is not compressed again: ", again.message());
  Expected<std::string> back = decompress(*again, fileName);
  if (!back || *back != *text)
    return concat("does not come back: ", back.message());
  // The readers have targets of their own.
  if (text->size() > 4096)
    return {};
  std::optional<FileKind> kind = detectKind(*text, fileName);
  return kind ? checkReader(*kind, *text) : Verdict();
}

//===----------------------------------------------------------------------===//
// Targets
//===----------------------------------------------------------------------===//

template <FileKind kind> static Verdict checkKind(std::string_view content) {
  return checkReader(kind, content);
}

const std::vector<Target> &fuzz::allTargets() {
  static const std::vector<Target> targets = {
      {"matrix-market", checkKind<FileKind::MatrixMarket>},
      {"smtx", checkKind<FileKind::Smtx>},
      {"edge-list", checkKind<FileKind::EdgeList>},
      {"tns", checkKind<FileKind::Frostt>},
      {"npy", checkKind<FileKind::Npy>},
      {"npz", checkKind<FileKind::Npz>},
      {"safetensors", checkKind<FileKind::Safetensors>},
      {"compression", checkCompressed},
      {"container", checkContainer},
  };
  return targets;
}

const Target *fuzz::findTarget(std::string_view name) {
  for (const Target &target : allTargets())
    if (target.name == name)
      return &target;
  return nullptr;
}
