//===- EdgeListReader.cpp - Graphs as lists of edges
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/EdgeListReader.h"

#include "SparseGPU/Support/CounterHash.h"
#include "TextCursor.h"

#include <algorithm>
#include <limits>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static bool isSeparator(char c) { return c == ',' || c == ';'; }

namespace {
class Parser {
public:
  Parser(std::string_view text, std::string_view path,
         const ReadOptions &options)
      : text(text), cursor(text, path), options(options), hash(options.seed) {}

  Expected<MatrixFile> parse();

private:
  void parseComment();
  Status parseNode(std::string_view what, int64_t bound, int64_t &node);
  Status parseEdge();
  void skipSeparator();

  using Parsed = TextCursor::Parsed;

  std::string_view text;
  TextCursor cursor;
  const ReadOptions &options;
  CounterHash hash;
  MatrixFile file;
  /// From a comment, -1 without.
  int64_t rows = -1, cols = -1;
  int64_t largest = -1;
};
} // namespace

/// Blanks with at most one comma or semicolon among them.
void Parser::skipSeparator() {
  if (!cursor.take(','))
    cursor.take(';');
  cursor.skipBlanks();
}

/// # shape: ROWS COLUMNS. Any other comment means nothing.
void Parser::parseComment() {
  cursor.takeWord(); // '#', as the writer writes it
  int64_t sizes[2] = {-1, -1};
  if (lower(cursor.takeWord()) != "shape:" || file.matrix.entries() != 0 ||
      cursor.takeInteger(sizes[0]) != Parsed::Ok ||
      cursor.takeInteger(sizes[1]) != Parsed::Ok || sizes[0] < 0 ||
      sizes[1] < 0)
    return;
  rows = sizes[0];
  cols = sizes[1];
}

Status Parser::parseNode(std::string_view what, int64_t bound, int64_t &node) {
  std::string_view word = cursor.peekWord(',');
  switch (cursor.takeInteger(node, ',')) {
  case Parsed::Ok:
    break;
  case Parsed::Missing:
    return cursor.error("the edge ends before its ", what);
  case Parsed::Malformed:
    if (word.empty())
      return cursor.error("there is no ", what, " before the separator");
    // A semicolon may follow at once.
    if (size_t size = word.find(';'); size != std::string_view::npos)
      if (cursor.takeInteger(node, ';') == Parsed::Ok)
        break;
    return cursor.error("the ", what, " is not a node number: ", quoted(word));
  case Parsed::Overflow:
    return cursor.error("the ", what, " does not fit 64 bits: ", quoted(word));
  }
  if (node < options.edgeBase ||
      node - options.edgeBase == std::numeric_limits<int64_t>::max())
    return cursor.errorAtTaken("the ", what, " is ", node,
                               ", but nodes are numbered from ",
                               options.edgeBase);
  node -= options.edgeBase;
  if (bound >= 0 && node >= bound)
    return cursor.errorAtTaken("the ", what, " ", node + options.edgeBase,
                               " is outside of the ", bound,
                               " that the comment with the shape announces");
  largest = std::max(largest, node);
  return Status::success();
}

Status Parser::parseEdge() {
  int64_t from = 0, to = 0;
  if (Status status = parseNode("first node", rows, from); !status)
    return status;
  skipSeparator();
  if (Status status = parseNode("second node", cols, to); !status)
    return status;
  skipSeparator();
  bool hasWeight = !cursor.atLineEnd();
  if (file.matrix.entries() == 0)
    file.field = hasWeight ? FileField::Real : FileField::Pattern;
  else if (hasWeight != (file.field == FileField::Real))
    return cursor.error("the edge has ", hasWeight ? "a" : "no",
                        " weight, unlike those before it");
  double weight = 1;
  if (hasWeight) {
    switch (cursor.takeDouble(weight)) {
    case Parsed::Ok:
      break;
    case Parsed::Overflow:
      return cursor.error("the weight is too large for a double: ",
                          quoted(cursor.peekWord()));
    default:
      return cursor.error("the weight is not a number: ",
                          quoted(cursor.peekWord()));
    }
    cursor.skipBlanks();
    if (!cursor.atLineEnd())
      return cursor.error("unexpected ", quoted(cursor.peekWord()),
                          " after the edge");
  } else if (options.patternValues == PatternValues::Random) {
    weight = hash.symmetric(static_cast<uint64_t>(file.matrix.entries()));
  }
  file.matrix.add(from, to, weight);
  return Status::success();
}

Expected<MatrixFile> Parser::parse() {
  file.kind = FileKind::EdgeList;
  file.field = FileField::Pattern;
  if (options.edgeBase < 0)
    return Error("the number of the first node is negative");
  // Lines are edges, but for a few: "0 1" and the end of the line at least.
  auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  int64_t most =
      std::min<int64_t>(lines, static_cast<int64_t>(text.size() / 4) + 1);
  if (Status status = reserveEntries(file.matrix, most); !status)
    return cursor.error(status.message());
  while (cursor.skipToContent('\n')) {
    char first = cursor.peekWord('\n')[0];
    if (first == '#' || first == '%')
      parseComment();
    else if (Status status = parseEdge(); !status)
      return status.takeError();
    cursor.nextLine();
  }
  file.storedEntries = file.matrix.entries();
  file.matrix.rows = rows >= 0 ? rows : largest + 1;
  file.matrix.cols = cols >= 0 ? cols : largest + 1;
  return std::move(file);
}

Expected<MatrixFile> formats::parseEdgeList(std::string_view text,
                                            std::string_view path,
                                            const ReadOptions &options) {
  try {
    return Parser(text, path, options).parse();
  } catch (const std::bad_alloc &) {
    return Error(concat(path, ": there is not enough memory for the matrix"));
  }
}

bool formats::looksLikeEdgeList(std::string_view text) {
  TextCursor cursor(text, "");
  while (cursor.skipToContent('\n')) {
    std::string_view word = cursor.peekWord('\n');
    if (word[0] != '#' && word[0] != '%') {
      // All of the line: peekWord stops at a blank.
      std::string_view line(
          word.data(),
          static_cast<size_t>(text.data() + text.size() - word.data()));
      line = line.substr(0, line.find_first_of("\r\n"));
      return line.find_first_not_of("0123456789.eE+- \t,;") ==
                 std::string_view::npos &&
             std::any_of(line.begin(), line.end(), [](char c) {
               return c == ' ' || c == '\t' || isSeparator(c);
             });
    }
    cursor.nextLine();
  }
  return false;
}
