//===- EntryLines.cpp - Lines of entries, by several threads
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A number of at most 53 bits times a power of ten up to 10^22 is rounded once
// by one multiplication or division, so it is the nearest double: Clinger, "How
// to read floating point numbers accurately" (PLDI 1990). Others go the general
// way.
//
//===----------------------------------------------------------------------===//

#include "EntryLines.h"

#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"

#include <algorithm>
#include <atomic>
#include <vector>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
/// Reads one piece. All functions return false where the text is not plain.
class LineReader {
public:
  explicit LineReader(std::string_view text)
      : next(text.data()), last(text.data() + text.size()) {}

  bool atEnd() const { return next == last; }

  /// A number from 1 to `size`, less one.
  bool takeIndex(int64_t size, int64_t &index) {
    skipBlanks();
    const char *begin = next;
    int64_t number = 0;
    while (isDigit() && next - begin < 18)
      number = number * 10 + (*next++ - '0');
    index = number - 1;
    return number >= 1 && number <= size && atWordEnd();
  }

  bool takeInteger(double &value) {
    skipBlanks();
    bool negative = takeMinus();
    const char *begin = next;
    int64_t number = 0;
    while (isDigit() && next - begin < 18)
      number = number * 10 + (*next++ - '0');
    value = static_cast<double>(negative ? -number : number);
    return next != begin && atWordEnd();
  }

  bool takeReal(double &value) {
    skipBlanks();
    const char *begin = next;
    if (takeShortReal(value) && atWordEnd())
      return true;
    next = begin;
    return begin != last &&
           parseDoublePrefix(next, last, value) == NumberError::None &&
           atWordEnd();
  }

  bool takeLineEnd() {
    skipBlanks();
    if (atEnd())
      return true;
    if (*next == '\r')
      ++next;
    return next != last && *next++ == '\n';
  }

private:
  bool isDigit() const { return next != last && *next >= '0' && *next <= '9'; }
  bool atWordEnd() const {
    return next == last || *next == ' ' || *next == '\n' || *next == '\t' ||
           *next == '\r';
  }
  void skipBlanks() {
    while (next != last && (*next == ' ' || *next == '\t'))
      ++next;
  }
  bool takeMinus() {
    if (next == last || *next != '-')
      return false;
    ++next;
    return true;
  }

  bool takeShortReal(double &value);

  const char *next;
  const char *last;
};
} // namespace

bool LineReader::takeShortReal(double &value) {
  static constexpr double powers[] = {
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  bool negative = takeMinus();
  uint64_t digits = 0;
  const char *begin = next;
  while (isDigit())
    digits = digits * 10 + static_cast<uint64_t>(*next++ - '0');
  int64_t count = next - begin, exponent = 0;
  if (next != last && *next == '.') {
    begin = ++next;
    while (isDigit())
      digits = digits * 10 + static_cast<uint64_t>(*next++ - '0');
    exponent = begin - next;
    count -= exponent;
  }
  // 19 digits fit 64 bits.
  if (count == 0 || count > 19 || digits > uint64_t(1) << 53)
    return false;
  if (next != last && (*next == 'e' || *next == 'E')) {
    ++next;
    bool below = takeMinus();
    if (!below && next != last && *next == '+')
      ++next;
    begin = next;
    int64_t written = 0;
    while (isDigit() && next - begin < 4)
      written = written * 10 + (*next++ - '0');
    if (next == begin)
      return false;
    exponent += below ? -written : written;
  }
  if (exponent < -22 || exponent > 22)
    return false;
  auto number = static_cast<double>(digits);
  number =
      exponent < 0 ? number / powers[-exponent] : number * powers[exponent];
  value = negative ? -number : number;
  return true;
}

/// Reads all lines of `text`, `count` of them, to the places from `first` on.
static bool readPiece(std::string_view text, int64_t first, int64_t count,
                      LineValue kind, CooMatrix &matrix) {
  LineReader reader(text);
  int64_t *rows = matrix.row.data(), *cols = matrix.col.data();
  double *values = matrix.value.data();
  for (int64_t e = first; e < first + count; ++e) {
    double value = 1;
    if (!reader.takeIndex(matrix.rows, rows[e]) ||
        !reader.takeIndex(matrix.cols, cols[e]))
      return false;
    if (kind == LineValue::Real
            ? !reader.takeReal(value)
            : kind == LineValue::Integer && !reader.takeInteger(value))
      return false;
    values[e] = value;
    if (!reader.takeLineEnd())
      return false;
  }
  return reader.atEnd();
}

/// Line feeds in a text, counted in bytes side by side.
static int64_t countLines(std::string_view text) {
  constexpr size_t lanes = 64, most = 255;
  int64_t count = 0;
  const char *next = text.data(), *last = next + text.size();
  while (static_cast<size_t>(last - next) >= lanes) {
    uint8_t counts[lanes] = {};
    size_t rounds = std::min(static_cast<size_t>(last - next) / lanes, most);
    for (size_t r = 0; r < rounds; ++r, next += lanes)
      for (size_t i = 0; i < lanes; ++i)
        counts[i] = static_cast<uint8_t>(counts[i] + (next[i] == '\n'));
    for (uint8_t lane : counts)
      count += lane;
  }
  return count + std::count(next, last, '\n');
}

/// Pieces of about `size` bytes; all but the last end with a line feed.
static std::vector<std::string_view> cutAtLines(std::string_view text,
                                                size_t size) {
  std::vector<std::string_view> pieces;
  while (text.size() > size) {
    size_t end = text.find('\n', size);
    if (end == std::string_view::npos)
      break;
    pieces.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  pieces.push_back(text);
  return pieces;
}

bool formats::readEntryLines(std::string_view text, int64_t entries,
                             LineValue value, CooMatrix &matrix,
                             unsigned threads) {
  size_t end = text.find_last_not_of(" \t\r\n");
  auto count = static_cast<size_t>(entries);
  if (entries <= 0 || end == std::string_view::npos ||
      std::min({matrix.row.capacity(), matrix.col.capacity(),
                matrix.value.capacity()}) < count)
    return false;
  text = text.substr(0, end + 1);
  std::vector<std::string_view> pieces = cutAtLines(text, size_t(1) << 18);
  auto number = static_cast<int64_t>(pieces.size());
  // Where each piece begins, in entries.
  std::vector<int64_t> first(pieces.size() + 1, 0);
  parallelFor(number, 1, threads, [&](int64_t p, int64_t) {
    first[p + 1] = countLines(pieces[p]);
  });
  ++first[number]; // The last line has no line feed any more.
  for (int64_t p = 0; p < number; ++p)
    first[p + 1] += first[p];
  if (first[number] != entries)
    return false;
  parallelFor(3, 1, threads, [&](int64_t which, int64_t) {
    if (which == 0)
      matrix.row.resize(count);
    else if (which == 1)
      matrix.col.resize(count);
    else
      matrix.value.resize(count);
  });
  std::atomic<bool> plain{true};
  parallelFor(number, 1, threads, [&](int64_t p, int64_t) {
    if (plain &&
        !readPiece(pieces[p], first[p], first[p + 1] - first[p], value, matrix))
      plain = false;
  });
  if (!plain) {
    matrix.row.clear();
    matrix.col.clear();
    matrix.value.clear();
  }
  return plain;
}

bool formats::mirrorEntries(CooMatrix &matrix, double sign,
                            bool mayHaveDiagonal) {
  int64_t below = 0, above = 0, from = matrix.entries();
  for (int64_t e = 0; e < from; ++e) {
    below += matrix.row[e] > matrix.col[e];
    above += matrix.row[e] < matrix.col[e];
  }
  if ((below != 0 && above != 0) || (!mayHaveDiagonal && below + above != from))
    return false;
  auto to = from + below + above;
  matrix.row.resize(static_cast<size_t>(to));
  matrix.col.resize(static_cast<size_t>(to));
  matrix.value.resize(static_cast<size_t>(to));
  // From the end, as an entry never moves down.
  while (from > 0) {
    --from;
    int64_t row = matrix.row[from], col = matrix.col[from];
    double value = matrix.value[from];
    auto put = [&](int64_t r, int64_t c, double v) {
      --to;
      matrix.row[to] = r;
      matrix.col[to] = c;
      matrix.value[to] = v;
    };
    if (row != col)
      put(col, row, sign * value);
    put(row, col, value);
  }
  return true;
}
