//===- MatrixMarketWriter.cpp - Matrix Market output
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixMarketWriter.h"

#include "AppendNumber.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <cmath>

using namespace sparsegpu;
using namespace sparsegpu::formats;

Expected<std::string> formats::formatMatrixMarket(const CooMatrix &matrix,
                                                  const WriteOptions &options) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  std::string text = concat("%%MatrixMarket matrix coordinate ",
                            name(options.field), " general\n");
  if (!options.comment.empty())
    for (std::string_view line : split(options.comment, '\n'))
      text += concat("% ", line, "\n");
  text += concat(matrix.rows, " ", matrix.cols, " ", matrix.entries(), "\n");
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    appendNumber(text, matrix.row[e] + 1);
    text += ' ';
    appendNumber(text, matrix.col[e] + 1);
    double value = matrix.value[e];
    if (options.field == FileField::Real) {
      text += ' ';
      appendNumber(text, value);
    } else if (options.field == FileField::Integer) {
      if (!(std::abs(value) <= 0x1p53) || value != std::trunc(value))
        return Error(concat("the value ", value, " of entry ", e,
                            " cannot be written as an integer"));
      text += ' ';
      appendNumber(text, static_cast<int64_t>(value));
    }
    text += '\n';
  }
  return text;
}

Status formats::writeMatrixMarket(const std::string &path,
                                  const CooMatrix &matrix,
                                  const WriteOptions &options) {
  Expected<std::string> text = formatMatrixMarket(matrix, options);
  if (!text)
    return text.takeError();
  return writeFileByName(path, *text);
}
