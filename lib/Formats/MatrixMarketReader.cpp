//===- MatrixMarketReader.cpp - Matrix Market files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixMarketReader.h"

#include "EntryLines.h"
#include "MatrixMarketBanner.h"
#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TextCursor.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// The grammar: banner, size line, entries or elements.
class Parser {
public:
  Parser(std::string_view text, std::string_view path,
         const ReadOptions &options)
      : cursor(text, path), options(options), hash(options.seed) {}

  Expected<MatrixFile> parse();

private:
  void take(const MatrixMarketBanner &banner);
  Status parseSize();
  Status parseEntries();
  bool parsePlainEntries();
  Status parseArray();
  Status parseEntry(int64_t &row, int64_t &col, double &value);
  Status parseIndex(std::string_view what, int64_t size, int64_t &index);
  Status parseValue(double &value);
  Status parseReal(double &value);
  Status parseInteger(double &value);
  Status addEntry(int64_t row, int64_t col, double value);
  Status checkTriangle(int64_t row, int64_t col);
  Status expectLineEnd(std::string_view after);

  using Parsed = TextCursor::Parsed;

  TextCursor cursor;
  const ReadOptions &options;
  CounterHash hash;
  MatrixFile file;
  /// What a mirrored value is multiplied by.
  double mirrorSign = 1;
  /// The line of the first entry below and above the diagonal, 0 when none.
  int64_t lowerLine = 0;
  int64_t upperLine = 0;
};

} // namespace

Status Parser::expectLineEnd(std::string_view after) {
  cursor.skipBlanks();
  if (cursor.atLineEnd())
    return Status::success();
  return cursor.error("unexpected ", quoted(cursor.peekWord()), " after ",
                      after);
}

void Parser::take(const MatrixMarketBanner &banner) {
  file.field = banner.field;
  file.symmetry = banner.symmetry;
  file.dense = banner.isArray;
  bool hasSign = file.field != FileField::Complex ||
                 options.complexValues == ComplexValues::Real;
  if (file.symmetry == FileSymmetry::SkewSymmetric && hasSign)
    mirrorSign = -1;
}

/// rows cols entries; of an array, rows cols
Status Parser::parseSize() {
  std::string_view form =
      file.dense ? "'rows columns'" : "'rows columns entries'";
  if (!cursor.skipToContent('%'))
    return cursor.error("the file ends before the size line ", form);
  int64_t *const targets[] = {&file.matrix.rows, &file.matrix.cols,
                              &file.storedEntries};
  static const char *const kinds[] = {"number of rows", "number of columns",
                                      "number of entries"};
  for (size_t i = 0; i < (file.dense ? 2 : 3); ++i) {
    switch (cursor.takeInteger(*targets[i])) {
    case Parsed::Ok:
      break;
    case Parsed::Missing:
      return cursor.error("the size line ends before the ", kinds[i],
                          ", expected ", form);
    case Parsed::Malformed:
      return cursor.error("the ", kinds[i],
                          " is not an integer: ", quoted(cursor.peekWord()));
    case Parsed::Overflow:
      return cursor.error("the ", kinds[i],
                          " does not fit 64 bits: ", quoted(cursor.peekWord()));
    }
    if (*targets[i] < 0)
      return cursor.errorAtTaken("the ", kinds[i],
                                 " is negative: ", *targets[i]);
  }
  if (Status status = expectLineEnd("the size line"); !status)
    return status;
  if (file.symmetry != FileSymmetry::General &&
      file.matrix.rows != file.matrix.cols)
    return cursor.error("a ", name(file.symmetry),
                        " matrix must be square, found ", file.matrix.rows,
                        " x ", file.matrix.cols);
  if (file.dense && static_cast<__int128>(file.matrix.rows) * file.matrix.cols >
                        std::numeric_limits<int64_t>::max())
    return cursor.errorAt(1, "the array has more elements than fit 64 bits");
  cursor.nextLine();
  return Status::success();
}

Status Parser::parseIndex(std::string_view what, int64_t size, int64_t &index) {
  Parsed parsed = cursor.takeInteger(index);
  if (parsed == Parsed::Ok && index >= 1 && index <= size) {
    --index;
    return Status::success();
  }
  switch (parsed) {
  case Parsed::Missing:
    return cursor.error("the entry ends before its ", what);
  case Parsed::Malformed:
    return cursor.error("the ", what,
                        " is not an integer: ", quoted(cursor.peekWord()));
  case Parsed::Overflow:
    return cursor.error("the ", what,
                        " does not fit 64 bits: ", quoted(cursor.peekWord()));
  case Parsed::Ok:
    break;
  }
  if (index == 0)
    return cursor.errorAtTaken("the ", what,
                               " is 0, but Matrix Market counts from 1");
  return cursor.errorAtTaken("the ", what, " ", index, " is outside of 1 to ",
                             size);
}

/// An integer of 64 bits, signed or not, or a real number without fraction.
Status Parser::parseInteger(double &value) {
  int64_t integer = 0;
  Parsed parsed = cursor.takeInteger(integer);
  if (parsed == Parsed::Ok) {
    value = static_cast<double>(integer);
    return Status::success();
  }
  std::string_view word = cursor.peekWord();
  if (parsed == Parsed::Overflow) {
    uint64_t wide = 0;
    auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), wide);
    if (error != std::errc() || end != word.data() + word.size())
      return cursor.error("the value does not fit 64 bits: ", quoted(word));
    value = static_cast<double>(wide);
  } else {
    std::optional<double> real = parseDouble(word);
    if (!real || !std::isfinite(*real) || *real != std::trunc(*real))
      return cursor.error("the value of an integer matrix is not an integer: ",
                          quoted(word));
    value = *real;
  }
  cursor.takeWord();
  return Status::success();
}

Status Parser::parseReal(double &value) {
  switch (cursor.takeDouble(value)) {
  case Parsed::Ok:
    return Status::success();
  case Parsed::Missing:
    return cursor.error("the entry ends before its imaginary part");
  case Parsed::Overflow:
    return cursor.error("the value is too large for a double: ",
                        quoted(cursor.peekWord()));
  case Parsed::Malformed:
    break;
  }
  return cursor.error("the value is not a number: ", quoted(cursor.peekWord()));
}

Status Parser::parseValue(double &value) {
  cursor.skipBlanks();
  if (cursor.atLineEnd())
    return cursor.error("the entry ends before its value");
  if (file.field == FileField::Integer)
    return parseInteger(value);
  if (Status status = parseReal(value); !status)
    return status;
  if (file.field != FileField::Complex)
    return Status::success();
  double imaginary = 0;
  if (Status status = parseReal(imaginary); !status)
    return status;
  if (options.complexValues == ComplexValues::Magnitude)
    value = std::hypot(value, imaginary);
  return Status::success();
}

/// row column [value]
Status Parser::parseEntry(int64_t &row, int64_t &col, double &value) {
  if (Status status = parseIndex("row", file.matrix.rows, row); !status)
    return status;
  if (Status status = parseIndex("column", file.matrix.cols, col); !status)
    return status;
  if (file.field != FileField::Pattern)
    if (Status status = parseValue(value); !status)
      return status;
  return expectLineEnd("the entry");
}

/// All off-diagonal entries of a symmetric file lie on one side. The diagonal
/// of a skew-symmetric matrix is zero and not stored, but there are files that
/// store entries of it: they are kept, as by other readers.
Status Parser::checkTriangle(int64_t row, int64_t col) {
  if (row == col)
    return Status::success();
  int64_t &mine = row > col ? lowerLine : upperLine;
  int64_t other = row > col ? upperLine : lowerLine;
  if (other)
    return cursor.errorAt(1, "the entry (", row + 1, ", ", col + 1, ") of a ",
                          name(file.symmetry), " matrix lies ",
                          row > col ? "below" : "above",
                          " the diagonal, but the entry in line ", other,
                          " on the other side; only one triangle is stored");
  if (!mine)
    mine = cursor.line();
  return Status::success();
}

Status Parser::addEntry(int64_t row, int64_t col, double value) {
  file.matrix.add(row, col, value);
  if (file.symmetry == FileSymmetry::General)
    return Status::success();
  if (Status status = checkTriangle(row, col); !status)
    return status;
  if (row != col)
    file.matrix.add(col, row, mirrorSign * value);
  return Status::success();
}

/// All entries at once, from several threads, in the usual case: one in each
/// line, without comments between them. False, and nothing is changed, in all
/// others, and where something is wrong.
bool Parser::parsePlainEntries() {
  if (file.field == FileField::Complex)
    return false;
  LineValue value = file.field == FileField::Pattern   ? LineValue::None
                    : file.field == FileField::Integer ? LineValue::Integer
                                                       : LineValue::Real;
  CooMatrix &matrix = file.matrix;
  if (!readEntryLines(cursor.rest(), file.storedEntries, value, matrix))
    return false;
  if (file.field == FileField::Pattern &&
      options.patternValues == PatternValues::Random)
    for (int64_t e = 0; e < file.storedEntries; ++e)
      matrix.value[e] = hash.symmetric(static_cast<uint64_t>(e));
  if (file.symmetry == FileSymmetry::General ||
      mirrorEntries(matrix, mirrorSign,
                    file.symmetry != FileSymmetry::SkewSymmetric))
    return true;
  matrix.row.clear();
  matrix.col.clear();
  matrix.value.clear();
  return false;
}

Status Parser::parseEntries() {
  // The announced number may be anything: reserve no more than the rest of
  // the text can hold, at four bytes ("1 1\n") for an entry.
  int64_t possible = static_cast<int64_t>(cursor.bytesLeft() / 4) + 1;
  int64_t stored = std::min(file.storedEntries, possible);
  if (Status status = reserveEntries(
          file.matrix,
          file.symmetry == FileSymmetry::General ? stored : 2 * stored);
      !status)
    return cursor.error(status.message());
  if (parsePlainEntries())
    return Status::success();
  for (int64_t e = 0; e < file.storedEntries; ++e) {
    if (!cursor.skipToContent('%'))
      return cursor.error("the file ends after ", e, " of ", file.storedEntries,
                          " entries");
    int64_t row = 0, col = 0;
    double value = 1;
    if (Status status = parseEntry(row, col, value); !status)
      return status;
    if (file.field == FileField::Pattern &&
        options.patternValues == PatternValues::Random)
      value = hash.symmetric(static_cast<uint64_t>(e));
    if (Status status = addEntry(row, col, value); !status)
      return status;
    cursor.nextLine();
  }
  if (cursor.skipToContent('%'))
    return cursor.error("unexpected ", quoted(cursor.peekWord()), " after the ",
                        file.storedEntries,
                        " entries that the size line announces");
  return Status::success();
}

/// The elements of an array by columns, those below the diagonal only when the
/// rest follows from them.
Status Parser::parseArray() {
  int64_t rows = file.matrix.rows, cols = file.matrix.cols;
  bool general = file.symmetry == FileSymmetry::General;
  int64_t skipped = file.symmetry == FileSymmetry::SkewSymmetric ? 1 : 0;
  // n (n + 1) / 2 or n (n - 1) / 2 elements of one triangle.
  __int128 count =
      general ? static_cast<__int128>(rows) * cols
              : static_cast<__int128>(rows) *
                    (static_cast<__int128>(rows) + 1 - 2 * skipped) / 2;
  file.storedEntries = static_cast<int64_t>(count);
  int64_t row = general ? 0 : skipped, col = 0;
  for (int64_t e = 0; e < file.storedEntries; ++e) {
    if (!cursor.skipToContent('%'))
      return cursor.error("the file ends after ", e, " of ", file.storedEntries,
                          " elements");
    double value = 0;
    if (Status status = parseValue(value); !status)
      return status;
    if (Status status = expectLineEnd("the element"); !status)
      return status;
    cursor.nextLine();
    if (value != 0) {
      file.matrix.add(row, col, value);
      if (!general && row != col)
        file.matrix.add(col, row, mirrorSign * value);
    }
    if (++row == rows) {
      ++col;
      row = general ? 0 : col + skipped;
    }
  }
  if (cursor.skipToContent('%'))
    return cursor.error("unexpected ", quoted(cursor.peekWord()), " after the ",
                        file.storedEntries, " elements of the array");
  return Status::success();
}

Expected<MatrixFile> Parser::parse() {
  file.kind = FileKind::MatrixMarket;
  Expected<MatrixMarketBanner> banner =
      parseBanner(cursor, options.complexValues != ComplexValues::Refuse);
  if (!banner)
    return banner.takeError();
  take(*banner);
  if (Status status = parseSize(); !status)
    return status.takeError();
  if (Status status = file.dense ? parseArray() : parseEntries(); !status)
    return status.takeError();
  return std::move(file);
}

Expected<MatrixFile> formats::parseMatrixMarket(std::string_view text,
                                                std::string_view path,
                                                const ReadOptions &options) {
  try {
    return Parser(text, path, options).parse();
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}

Expected<MatrixFile> formats::readMatrixMarket(const std::string &path,
                                               const ReadOptions &options) {
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  return parseMatrixMarket(*text, displayPath(path), options);
}
