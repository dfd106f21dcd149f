//===- FrosttReader.cpp - Coordinate tensors of order 2
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/FrosttReader.h"

#include "AppendNumber.h"
#include "TextCursor.h"

#include <algorithm>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static constexpr std::string_view extendedComment = "# extended FROSTT format";

namespace {
class Parser {
public:
  Parser(std::string_view text, std::string_view path) : cursor(text, path) {}

  Expected<MatrixFile> parse();

private:
  int64_t countWords() const;
  Error unsupportedOrder(int64_t order) const;
  Status parseHeader();
  Status parseNumber(std::string_view what, int64_t &number);
  Status parseIndex(std::string_view what, int64_t size, int64_t &index);
  Status parseEntry();
  Status endLine(std::string_view after);

  using Parsed = TextCursor::Parsed;

  TextCursor cursor;
  MatrixFile file;
  /// What a header announces, -1 without one.
  int64_t rows = -1, cols = -1, announced = -1;
};
} // namespace

/// The words of this line, without moving.
int64_t Parser::countWords() const {
  TextCursor ahead = cursor;
  int64_t count = 0;
  while (!ahead.takeWord().empty())
    ++count;
  return count;
}

Error Parser::unsupportedOrder(int64_t order) const {
  return cursor.error("the tensor has order ", order,
                      "; only tensors of order 2, matrices, are read");
}

Status Parser::endLine(std::string_view after) {
  cursor.skipBlanks();
  if (!cursor.atLineEnd())
    return cursor.error("unexpected ", quoted(cursor.peekWord()), " after ",
                        after);
  cursor.nextLine();
  return Status::success();
}

Status Parser::parseNumber(std::string_view what, int64_t &number) {
  switch (cursor.takeInteger(number)) {
  case Parsed::Ok:
    return Status::success();
  case Parsed::Missing:
    return cursor.error("the line ends before the ", what);
  case Parsed::Malformed:
    return cursor.error("the ", what,
                        " is not an integer: ", quoted(cursor.peekWord()));
  case Parsed::Overflow:
    break;
  }
  return cursor.error("the ", what,
                      " does not fit 64 bits: ", quoted(cursor.peekWord()));
}

/// order entries
/// rows columns
Status Parser::parseHeader() {
  int64_t order = 0;
  TextCursor start = cursor;
  if (Status status = parseNumber("order", order); !status)
    return status;
  if (order != 2) {
    cursor = start;
    return unsupportedOrder(order);
  }
  struct Number {
    std::string_view what;
    int64_t &target;
  };
  auto parseOne = [&](const Number &number) -> Status {
    if (Status status = parseNumber(number.what, number.target); !status)
      return status;
    if (number.target < 0)
      return cursor.errorAtTaken("the ", number.what,
                                 " is negative: ", number.target);
    return Status::success();
  };
  if (Status status = parseOne({"number of entries", announced}); !status)
    return status;
  if (Status status = endLine("the number of entries"); !status)
    return status;
  if (!cursor.skipToContent('#'))
    return cursor.error("the file ends before the sizes, 'rows columns'");
  if (Status status = parseOne({"number of rows", rows}); !status)
    return status;
  if (Status status = parseOne({"number of columns", cols}); !status)
    return status;
  return endLine("the sizes");
}

Status Parser::parseIndex(std::string_view what, int64_t size, int64_t &index) {
  if (Status status = parseNumber(what, index); !status)
    return status;
  if (index < 1)
    return cursor.errorAtTaken("the ", what, " is ", index,
                               ", but .tns counts from 1");
  if (size >= 0 && index > size)
    return cursor.errorAtTaken("the ", what, " ", index, " is outside of 1 to ",
                               size);
  --index;
  return Status::success();
}

/// row column value
Status Parser::parseEntry() {
  int64_t row = 0, col = 0;
  if (Status status = parseIndex("row", rows, row); !status)
    return status;
  if (Status status = parseIndex("column", cols, col); !status)
    return status;
  double value = 0;
  switch (cursor.takeDouble(value)) {
  case Parsed::Ok:
    break;
  case Parsed::Missing:
    return cursor.error("the entry ends before its value");
  case Parsed::Malformed:
    return cursor.error("the value is not a number: ",
                        quoted(cursor.peekWord()));
  case Parsed::Overflow:
    return cursor.error("the value is too large for a double: ",
                        quoted(cursor.peekWord()));
  }
  file.matrix.add(row, col, value);
  if (rows < 0) {
    file.matrix.rows = std::max(file.matrix.rows, row + 1);
    file.matrix.cols = std::max(file.matrix.cols, col + 1);
  }
  return endLine("the entry");
}

Expected<MatrixFile> Parser::parse() {
  file.kind = FileKind::Frostt;
  if (!cursor.skipToContent('#'))
    return cursor.error("the file has no entries, and so no shape");
  // Two indices and a value, or order and number of entries.
  int64_t words = countWords();
  if (words > 3)
    return unsupportedOrder(words - 1);
  if (words == 2)
    if (Status status = parseHeader(); !status)
      return status.takeError();
  if (rows >= 0) {
    file.matrix.rows = rows;
    file.matrix.cols = cols;
  }
  // An entry takes six bytes at least: "1 1 1\n".
  file.matrix.reserve(static_cast<int64_t>(cursor.bytesLeft() / 6) + 1);
  while (cursor.skipToContent('#')) {
    if (file.matrix.entries() == announced)
      return cursor.error("unexpected ", quoted(cursor.peekWord()),
                          " after the ", announced,
                          " entries that the header announces");
    if (Status status = parseEntry(); !status)
      return status.takeError();
  }
  if (announced >= 0 && file.matrix.entries() < announced)
    return cursor.error("the file ends after ", file.matrix.entries(), " of ",
                        announced, " entries");
  file.storedEntries = file.matrix.entries();
  return std::move(file);
}

Expected<MatrixFile> formats::parseFrostt(std::string_view text,
                                          std::string_view path,
                                          const ReadOptions &options) {
  (void)options;
  try {
    return Parser(text, path).parse();
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}

bool formats::isExtendedFrostt(std::string_view text) {
  return startsWith(lower(text.substr(0, extendedComment.size())),
                    lower(extendedComment));
}

std::string formats::formatFrostt(const CooMatrix &matrix) {
  std::string text = concat(extendedComment, "\n2 ", matrix.entries(), "\n",
                            matrix.rows, " ", matrix.cols, "\n");
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    appendNumber(text, matrix.row[e] + 1);
    text += ' ';
    appendNumber(text, matrix.col[e] + 1);
    text += ' ';
    appendNumber(text, matrix.value[e]);
    text += '\n';
  }
  return text;
}
