//===- TextCursor.h - A place in a text
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to lib/Formats: the scanner of the readers.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_LIB_FORMATS_TEXTCURSOR_H
#define SPARSEGPU_LIB_FORMATS_TEXTCURSOR_H

#include "SparseGPU/Support/Expected.h"
#include "SparseGPU/Support/Strings.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace sparsegpu::formats {

/// Walks through a text line by line, word by word. A line ends with LF, CR LF
/// or CR. All functions that take words stay within the line.
class TextCursor {
public:
  TextCursor(std::string_view text, std::string_view path)
      : next(text.data()), last(text.data() + text.size()), lineStart(next),
        taken(next), path(path) {}

  int64_t line() const { return lineNumber; }
  /// Counted from 1, in bytes.
  int64_t column() const { return next - lineStart + 1; }
  size_t bytesLeft() const { return static_cast<size_t>(last - next); }
  std::string_view rest() const { return {next, bytesLeft()}; }
  bool atEnd() const { return next == last; }

  /// True at the end of a line or of the text.
  bool atLineEnd() const {
    return next == last || *next == '\n' || *next == '\r';
  }

  void skipBlanks() {
    while (next != last && (*next == ' ' || *next == '\t'))
      ++next;
  }

  /// Moves to the start of the next line, if there is one.
  void nextLine() {
    while (!atLineEnd())
      ++next;
    if (next == last)
      return;
    bool wasReturn = *next == '\r';
    ++next;
    if (wasReturn && next != last && *next == '\n')
      ++next;
    ++lineNumber;
    lineStart = taken = next;
  }

  /// Moves to the first word of the next line, this one included, that is
  /// neither blank nor a comment. False when there is none; the cursor is then
  /// at the end of the text.
  bool skipToContent(char comment) {
    for (;;) {
      skipBlanks();
      if (next == last)
        return false;
      if (!atLineEnd() && *next != comment)
        return true;
      nextLine();
    }
  }

  /// The characters up to the next blank or line end, without moving. Also up
  /// to `stop`, if given.
  std::string_view peekWord(char stop = ' ') const {
    const char *end = next;
    while (end != last && *end != ' ' && *end != '\t' && *end != '\n' &&
           *end != '\r' && *end != stop)
      ++end;
    return std::string_view(next, static_cast<size_t>(end - next));
  }

  std::string_view takeWord() {
    skipBlanks();
    std::string_view word = peekWord();
    taken = next;
    next += word.size();
    return word;
  }

  bool take(char c) {
    skipBlanks();
    if (next == last || *next != c)
      return false;
    ++next;
    return true;
  }

  enum class Parsed { Ok, Missing, Malformed, Overflow };

  /// Takes an integer that ends at a blank, a line end or `stop`. On failure
  /// the cursor stays before the word.
  Parsed takeInteger(int64_t &value, char stop = ' ') {
    skipBlanks();
    if (atLineEnd())
      return Parsed::Missing;
    // The common case, up to 18 digits, without a call.
    const char *p = next;
    int64_t result = 0;
    while (p != last && *p >= '0' && *p <= '9' && p - next < 18)
      result = result * 10 + (*p++ - '0');
    if (p != next && endsWordAt(p, stop)) {
      taken = next;
      next = p;
      value = result;
      return Parsed::Ok;
    }
    p = next + (*next == '+' && last - next > 1 && next[1] != '-');
    auto [end, error] = std::from_chars(p, last, value);
    if (error == std::errc::invalid_argument || !endsWordAt(end, stop))
      return Parsed::Malformed;
    if (error == std::errc::result_out_of_range)
      return Parsed::Overflow;
    taken = next;
    next = end;
    return Parsed::Ok;
  }

  /// Takes a floating-point number that ends at a blank or a line end. On
  /// failure the cursor stays before the word.
  Parsed takeDouble(double &value) {
    skipBlanks();
    if (atLineEnd())
      return Parsed::Missing;
    const char *p = next;
    NumberError error = parseDoublePrefix(p, last, value);
    if (error == NumberError::NotANumber || !endsWordAt(p, ' '))
      return Parsed::Malformed;
    if (error == NumberError::TooLarge)
      return Parsed::Overflow;
    taken = next;
    next = p;
    return Parsed::Ok;
  }

  /// "<path>:<line>:<column>: message", with the place of the cursor.
  template <typename... Ts> Error error(const Ts &...parts) const {
    return errorAt(column(), parts...);
  }

  /// The same, with the place of the last word or number that was taken.
  template <typename... Ts> Error errorAtTaken(const Ts &...parts) const {
    return errorAt(taken - lineStart + 1, parts...);
  }

  template <typename... Ts>
  Error errorAt(int64_t place, const Ts &...parts) const {
    return Error(concat(path, ":", lineNumber, ":", place, ": ", parts...));
  }

private:
  bool endsWordAt(const char *p, char stop) const {
    return p == last || *p == ' ' || *p == '\n' || *p == '\t' || *p == '\r' ||
           *p == stop;
  }

  const char *next;
  const char *last;
  const char *lineStart;
  /// The last word or number of this line that was taken.
  const char *taken;
  std::string path;
  int64_t lineNumber = 1;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_LIB_FORMATS_TEXTCURSOR_H
