//===- MatrixMarketReader.cpp - Matrix Market files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixMarketReader.h"

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TextCursor.h"

#include <algorithm>
#include <cmath>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// The grammar: banner, size line, entries.
class Parser {
public:
  Parser(std::string_view text, std::string_view path,
         const ReadOptions &options)
      : cursor(text, path), options(options), hash(options.seed) {}

  Expected<MatrixFile> parse();

private:
  Status parseBanner();
  Status parseSize();
  Status parseEntries();
  Status parseEntry(int64_t &row, int64_t &col, double &value);
  Status parseIndex(std::string_view what, int64_t size, int64_t &index);
  Status parseValue(double &value);
  Status parseInteger(double &value);
  Status addEntry(int64_t row, int64_t col, double value);
  Status checkTriangle(int64_t row, int64_t col);
  Status expectLineEnd(std::string_view after);

  using Parsed = TextCursor::Parsed;

  TextCursor cursor;
  const ReadOptions &options;
  CounterHash hash;
  MatrixFile file;
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

/// %%MatrixMarket object format field symmetry
Status Parser::parseBanner() {
  if (cursor.atEnd())
    return cursor.error("the file is empty");
  // The banner is the very beginning: nothing may precede it.
  std::string_view magic = cursor.peekWord();
  if (lower(magic) != "%%matrixmarket")
    return cursor.error("expected the banner '%%MatrixMarket matrix "
                        "coordinate <field> <symmetry>', found ",
                        quoted(magic));
  cursor.takeWord();

  std::string words[4];
  static const char *const kinds[] = {"object", "format", "field", "symmetry"};
  for (size_t i = 0; i < 4; ++i) {
    words[i] = lower(cursor.takeWord());
    if (words[i].empty())
      return cursor.error("the banner ends before the ", kinds[i]);
  }
  if (Status status = expectLineEnd("the banner"); !status)
    return status;

  const auto &[object, format, field, symmetry] = words;
  if (object != "matrix")
    return cursor.error("object ", quoted(object),
                        " is not supported, expected 'matrix'");
  if (format != "coordinate")
    return cursor.error("format ", quoted(format),
                        " is not supported, expected 'coordinate'");
  if (field == "real" || field == "double")
    file.field = FileField::Real;
  else if (field == "integer")
    file.field = FileField::Integer;
  else if (field == "pattern")
    file.field = FileField::Pattern;
  else
    return cursor.error("field ", quoted(field),
                        " is not supported, expected 'real', 'integer' or "
                        "'pattern'");
  if (symmetry == "general")
    file.symmetry = FileSymmetry::General;
  else if (symmetry == "symmetric")
    file.symmetry = FileSymmetry::Symmetric;
  else if (symmetry == "skew-symmetric")
    file.symmetry = FileSymmetry::SkewSymmetric;
  else
    return cursor.error("symmetry ", quoted(symmetry),
                        " is not supported, expected 'general', 'symmetric' "
                        "or 'skew-symmetric'");
  if (file.field == FileField::Pattern &&
      file.symmetry == FileSymmetry::SkewSymmetric)
    return cursor.error("a pattern cannot be skew-symmetric: it has no values "
                        "to negate");
  cursor.nextLine();
  return Status::success();
}

/// rows cols entries
Status Parser::parseSize() {
  if (!cursor.skipToContent('%'))
    return cursor.error("the file ends before the size line "
                        "'rows columns entries'");
  int64_t *const targets[] = {&file.matrix.rows, &file.matrix.cols,
                              &file.storedEntries};
  static const char *const kinds[] = {"number of rows", "number of columns",
                                      "number of entries"};
  for (size_t i = 0; i < 3; ++i) {
    switch (cursor.takeInteger(*targets[i])) {
    case Parsed::Ok:
      break;
    case Parsed::Missing:
      return cursor.error("the size line ends before the ", kinds[i],
                          ", expected 'rows columns entries'");
    case Parsed::Malformed:
      return cursor.error("the ", kinds[i],
                          " is not an integer: ", quoted(cursor.peekWord()));
    case Parsed::Overflow:
      return cursor.error("the ", kinds[i],
                          " does not fit 64 bits: ", quoted(cursor.peekWord()));
    }
    if (*targets[i] < 0)
      return cursor.error("the ", kinds[i], " is negative: ", *targets[i]);
  }
  if (Status status = expectLineEnd("the size line"); !status)
    return status;
  if (file.symmetry != FileSymmetry::General &&
      file.matrix.rows != file.matrix.cols)
    return cursor.error("a ", name(file.symmetry),
                        " matrix must be square, found ", file.matrix.rows,
                        " x ", file.matrix.cols);
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
    return cursor.error("the ", what, " is 0, but Matrix Market counts from 1");
  return cursor.error("the ", what, " ", index, " is outside of 1 to ", size);
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

Status Parser::parseValue(double &value) {
  cursor.skipBlanks();
  if (cursor.atLineEnd())
    return cursor.error("the entry ends before its value");
  if (file.field == FileField::Integer)
    return parseInteger(value);
  switch (cursor.takeDouble(value)) {
  case Parsed::Ok:
    return Status::success();
  case Parsed::Overflow:
    return cursor.error("the value is too large for a double: ",
                        quoted(cursor.peekWord()));
  default:
    return cursor.error("the value is not a number: ",
                        quoted(cursor.peekWord()));
  }
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

/// All off-diagonal entries of a symmetric file lie on one side.
Status Parser::checkTriangle(int64_t row, int64_t col) {
  if (row == col) {
    if (file.symmetry == FileSymmetry::SkewSymmetric)
      return cursor.error("the entry (", row + 1, ", ", col + 1,
                          ") is on the diagonal of a skew-symmetric matrix, "
                          "which is zero and not stored");
    return Status::success();
  }
  int64_t &mine = row > col ? lowerLine : upperLine;
  int64_t other = row > col ? upperLine : lowerLine;
  if (other)
    return cursor.error("the entry (", row + 1, ", ", col + 1, ") of a ",
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
    file.matrix.add(col, row,
                    file.symmetry == FileSymmetry::Symmetric ? value : -value);
  return Status::success();
}

Status Parser::parseEntries() {
  // The announced number may be anything: reserve no more than the rest of
  // the text can hold, at four bytes ("1 1\n") for an entry.
  int64_t possible = static_cast<int64_t>(cursor.bytesLeft() / 4) + 1;
  int64_t stored = std::min(file.storedEntries, possible);
  file.matrix.reserve(file.symmetry == FileSymmetry::General ? stored
                                                             : 2 * stored);
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

Expected<MatrixFile> Parser::parse() {
  file.kind = FileKind::MatrixMarket;
  if (Status status = parseBanner(); !status)
    return status.takeError();
  if (Status status = parseSize(); !status)
    return status.takeError();
  if (Status status = parseEntries(); !status)
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
