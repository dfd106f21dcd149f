//===- MatrixMarketBanner.cpp - The first line of Matrix Market
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixMarketBanner.h"

#include "SparseGPU/Support/Strings.h"

#include <array>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
template <typename T> struct Word {
  std::string_view text;
  T value;
};
} // namespace

static constexpr std::array<Word<bool>, 2> formatWords = {{
    {"coordinate", false},
    {"array", true},
}};
static constexpr std::array<Word<FileField>, 5> fieldWords = {{
    {"real", FileField::Real},
    {"double", FileField::Real},
    {"integer", FileField::Integer},
    {"pattern", FileField::Pattern},
    {"complex", FileField::Complex},
}};
static constexpr std::array<Word<FileSymmetry>, 4> symmetryWords = {{
    {"general", FileSymmetry::General},
    {"symmetric", FileSymmetry::Symmetric},
    {"skew-symmetric", FileSymmetry::SkewSymmetric},
    {"hermitian", FileSymmetry::Hermitian},
}};

/// Takes a word of the banner that is one of `words`.
template <typename T, size_t N>
static Status takeOneOf(TextCursor &cursor, std::string_view what,
                        const std::array<Word<T>, N> &words, T &value) {
  std::string word = lower(cursor.takeWord());
  if (word.empty())
    return cursor.error("the banner ends before the ", what);
  std::string all;
  for (size_t i = 0; i < N; ++i) {
    if (words[i].text == word) {
      value = words[i].value;
      return Status::success();
    }
    all += concat(i == 0       ? ""
                  : i + 1 == N ? " or "
                               : ", ",
                  sparsegpu::quoted(words[i].text));
  }
  return cursor.errorAtTaken(what, " ", sparsegpu::quoted(word),
                             " is not supported, expected ", all);
}

Expected<MatrixMarketBanner> formats::parseBanner(TextCursor &cursor,
                                                  bool takesComplex) {
  if (cursor.atEnd())
    return cursor.error("the file is empty");
  // The standard wants the banner at the very beginning and with two signs;
  // blanks before it, and one sign, occur.
  cursor.skipBlanks();
  std::string_view magic = cursor.peekWord();
  if (std::string word = lower(magic);
      word != "%%matrixmarket" && word != "%matrixmarket")
    return cursor.error("expected the banner '%%MatrixMarket matrix <format> "
                        "<field> <symmetry>', found ",
                        sparsegpu::quoted(magic));
  cursor.takeWord();

  MatrixMarketBanner banner;
  bool isMatrix = false;
  static constexpr std::array<Word<bool>, 1> objects = {{{"matrix", true}}};
  if (Status status = takeOneOf(cursor, "object", objects, isMatrix); !status)
    return status.takeError();
  if (Status status = takeOneOf(cursor, "format", formatWords, banner.isArray);
      !status)
    return status.takeError();
  if (Status status = takeOneOf(cursor, "field", fieldWords, banner.field);
      !status)
    return status.takeError();
  if (banner.field == FileField::Complex && !takesComplex)
    return cursor.errorAtTaken("the values are complex; ask for their real "
                               "parts or magnitudes");
  if (banner.isArray && banner.field == FileField::Pattern)
    return cursor.errorAtTaken("an array cannot be a pattern: it has no places "
                               "to tell");
  if (Status status =
          takeOneOf(cursor, "symmetry", symmetryWords, banner.symmetry);
      !status)
    return status.takeError();
  if (banner.field == FileField::Pattern &&
      banner.symmetry == FileSymmetry::SkewSymmetric)
    return cursor.errorAtTaken("a pattern cannot be skew-symmetric: it has no "
                               "values to negate");
  cursor.skipBlanks();
  if (!cursor.atLineEnd())
    return cursor.error("unexpected ", sparsegpu::quoted(cursor.peekWord()),
                        " after the banner");
  cursor.nextLine();
  return banner;
}
