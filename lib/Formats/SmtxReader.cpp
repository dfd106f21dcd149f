//===- SmtxReader.cpp - Files of the DLMC collection
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/SmtxReader.h"

#include "SparseGPU/Support/CounterHash.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"
#include "TextCursor.h"

#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {

/// One function per line of the file.
class Parser {
public:
  Parser(std::string_view text, std::string_view path,
         const ReadOptions &options)
      : cursor(text, path), options(options) {}

  Expected<MatrixFile> parse();

private:
  Status parseHeader();
  Status parseOffsets();
  Status parseColumns();
  Status takeNumber(std::string_view what, int64_t &value, char stop = ' ');
  Status toNextLine(std::string_view after);

  using Parsed = TextCursor::Parsed;

  TextCursor cursor;
  const ReadOptions &options;
  MatrixFile file;
  std::vector<int64_t> offsets;
};

} // namespace

Status Parser::takeNumber(std::string_view what, int64_t &value, char stop) {
  switch (cursor.takeInteger(value, stop)) {
  case Parsed::Ok:
    break;
  case Parsed::Missing:
    return cursor.error("the line ends before the ", what);
  case Parsed::Malformed:
    return cursor.error("the ", what,
                        " is not an integer: ", quoted(cursor.peekWord(stop)));
  case Parsed::Overflow:
    return cursor.error(
        "the ", what, " does not fit 64 bits: ", quoted(cursor.peekWord(stop)));
  }
  if (value < 0)
    return cursor.errorAtTaken("the ", what, " is negative: ", value);
  return Status::success();
}

Status Parser::toNextLine(std::string_view after) {
  cursor.skipBlanks();
  if (!cursor.atLineEnd())
    return cursor.error("unexpected ", quoted(cursor.peekWord()), " after ",
                        after);
  cursor.nextLine();
  return Status::success();
}

/// rows, cols, nnz
Status Parser::parseHeader() {
  if (cursor.atEnd())
    return cursor.error("the file is empty");
  int64_t *const targets[] = {&file.matrix.rows, &file.matrix.cols,
                              &file.storedEntries};
  static const char *const kinds[] = {"number of rows", "number of columns",
                                      "number of nonzeros"};
  for (size_t i = 0; i < 3; ++i) {
    if (Status status = takeNumber(kinds[i], *targets[i], ','); !status)
      return status;
    if (i < 2 && !cursor.take(','))
      return cursor.error("expected a comma after the ", kinds[i],
                          ": the first line is 'rows, cols, nnz'");
  }
  return toNextLine("the first line");
}

/// rows + 1 numbers that ascend from 0 to nnz
Status Parser::parseOffsets() {
  if (cursor.atEnd())
    return cursor.error("the file ends before the row offsets");
  // A number takes two bytes of text at least.
  int64_t possible = static_cast<int64_t>(cursor.bytesLeft() / 2) + 1;
  if (file.matrix.rows >= possible)
    return cursor.error("the file is too short for ", file.matrix.rows,
                        " + 1 row offsets");
  offsets.resize(static_cast<size_t>(file.matrix.rows) + 1);
  int64_t previous = 0;
  for (size_t r = 0; r < offsets.size(); ++r) {
    if (Status status = takeNumber("row offset", offsets[r]); !status)
      return status;
    if (r == 0 && offsets[0] != 0)
      return cursor.errorAtTaken("the first row offset is ", offsets[0],
                                 ", expected 0");
    if (offsets[r] < previous)
      return cursor.errorAtTaken("the row offset ", offsets[r], " at position ",
                                 r, " is below its predecessor ", previous);
    previous = offsets[r];
  }
  if (previous != file.storedEntries)
    return cursor.errorAtTaken("the last row offset is ", previous,
                               ", but the first ", "line announces ",
                               file.storedEntries, " nonzeros");
  return toNextLine(concat("the ", file.matrix.rows, " + 1 row offsets"));
}

/// nnz numbers below cols
Status Parser::parseColumns() {
  int64_t possible = static_cast<int64_t>(cursor.bytesLeft() / 2) + 1;
  if (file.storedEntries > possible)
    return cursor.error("the file is too short for ", file.storedEntries,
                        " column indices");
  CounterHash hash(options.seed);
  if (Status status = reserveEntries(file.matrix, file.storedEntries); !status)
    return cursor.error(status.message());
  for (int64_t r = 0; r < file.matrix.rows; ++r) {
    for (int64_t e = offsets[r]; e < offsets[r + 1]; ++e) {
      int64_t col = 0;
      switch (cursor.takeInteger(col)) {
      case Parsed::Ok:
        break;
      case Parsed::Missing:
        return cursor.error("the line ends after ", e, " of ",
                            file.storedEntries, " column indices");
      default:
        return cursor.error("column index ", e,
                            " is not an integer: ", quoted(cursor.peekWord()));
      }
      if (col < 0 || col >= file.matrix.cols)
        return cursor.errorAtTaken("column index ", e, " is ", col,
                                   ", outside of 0 to ", file.matrix.cols - 1);
      file.matrix.add(r, col,
                      options.patternValues == PatternValues::Random
                          ? hash.symmetric(static_cast<uint64_t>(e))
                          : 1.0);
    }
  }
  std::string all = concat("the ", file.storedEntries, " column indices");
  if (Status status = toNextLine(all); !status)
    return status;
  if (cursor.skipToContent('\n'))
    return cursor.error("unexpected ", quoted(cursor.peekWord()), " after ",
                        all);
  return Status::success();
}

Expected<MatrixFile> Parser::parse() {
  file.kind = FileKind::Smtx;
  file.field = FileField::Pattern;
  if (Status status = parseHeader(); !status)
    return status.takeError();
  if (Status status = parseOffsets(); !status)
    return status.takeError();
  if (Status status = parseColumns(); !status)
    return status.takeError();
  return std::move(file);
}

Expected<MatrixFile> formats::parseSmtx(std::string_view text,
                                        std::string_view path,
                                        const ReadOptions &options) {
  try {
    return Parser(text, path, options).parse();
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}

Expected<MatrixFile> formats::readSmtx(const std::string &path,
                                       const ReadOptions &options) {
  Expected<std::string> text = readFile(path);
  if (!text)
    return text.takeError();
  return parseSmtx(*text, displayPath(path), options);
}
