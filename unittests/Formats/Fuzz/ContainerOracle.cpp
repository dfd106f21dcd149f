//===- ContainerOracle.cpp - What must hold for any container
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Oracles.h"
#include "SparseGPU/Formats/Container.h"
#include "SparseGPU/Support/Strings.h"

using namespace sparsegpu;
using namespace sparsegpu::formats;
using namespace sparsegpu::fuzz;

static constexpr std::string_view fileName = "f";

/// A few bytes may rightly announce a matrix of many empty rows; such are
/// unpacked only when they are far beyond any memory, which must be an error.
static constexpr int64_t manyRows = 1 << 16, tooManyRows = int64_t(1) << 48;

static Verdict checkSame(const PackedMatrix &left, const PackedMatrix &right) {
  bool same = left.format == right.format && left.rows == right.rows &&
              left.cols == right.cols && left.nnz == right.nnz &&
              left.parameters == right.parameters &&
              left.explicitZeros == right.explicitZeros &&
              left.fields.size() == right.fields.size();
  for (size_t i = 0; same && i < left.fields.size(); ++i)
    same = left.fields[i].type == right.fields[i].type &&
           left.fields[i].count == right.fields[i].count &&
           left.fields[i].bytes == right.fields[i].bytes;
  return same ? Verdict() : "the container comes back as another one";
}

/// What a format unpacks is by rows, and inside.
static Verdict checkOrder(const CooMatrix &matrix) {
  if (Status status = checkCoo(matrix); !status)
    return concat("what is unpacked is no matrix: ", status.message());
  for (size_t e = 1; e < matrix.row.size(); ++e)
    if (matrix.row[e] < matrix.row[e - 1] ||
        (matrix.row[e] == matrix.row[e - 1] &&
         matrix.col[e] <= matrix.col[e - 1]))
      return concat("unpacked entry ", e, " does not come after entry ", e - 1);
  return {};
}

static Verdict checkPackingAgain(const PackedMatrix &packed,
                                 const Format &format,
                                 const CooMatrix &matrix) {
  const Field *values = packed.find("values");
  // Triplets are doubles, which do not hold all integers of 64 bits.
  if (!values || byteSize(values->type) == 8)
    if (!values || !isFloat(values->type))
      return {};
  PackOptions options;
  options.positionWidth = options.coordinateWidth = 64;
  options.valueType = values->type;
  // The largest f8E4M3FN does not stay itself when NaN stands for more.
  options.overflow = Overflow::Infinity;
  Expected<PackedMatrix> again =
      pack(matrix, format, packed.parameters, options);
  if (!again)
    return concat("is not packed again: ", again.message());
  if (Status status = format.check(*again); !status)
    return concat("what is packed again is refused: ", status.message());
  Expected<CooMatrix> back = unpack(*again, format);
  if (!back)
    return concat("is not unpacked again: ", back.message());
  return compare(matrix, *back, "packed again");
}

Verdict fuzz::checkContainer(std::string_view content) {
  Expected<PackedMatrix> packed = parsePacked(content, fileName);
  if (!packed) {
    std::string message = packed.message();
    if (!startsWith(message, concat(fileName, ": ")) ||
        message.find('\n') != std::string::npos || message.size() > 2000)
      return concat("the message is not one line about the file: ", message);
    return {};
  }
  const Format &format = *findFormat(packed->format);
  Expected<std::string> written = formatContainer(*packed, format);
  if (!written)
    return concat("is not written again: ", written.message());
  Expected<PackedMatrix> back = parsePacked(*written, fileName);
  if (!back)
    return concat("is not read again: ", back.message());
  if (Verdict verdict = checkSame(*packed, *back); !verdict.empty())
    return verdict;

  Status good = format.check(*packed);
  if (packed->rows > manyRows && packed->rows < tooManyRows)
    return {};
  Expected<MatrixFile> file = parseContainer(content, fileName);
  if (!good || packed->rows >= tooManyRows)
    return file ? concat("is unpacked, but ",
                         good ? "no memory holds it" : good.message())
                : Verdict();
  if (!file)
    return concat("passes the check but is not unpacked: ", file.message());
  if (Verdict verdict = checkOrder(file->matrix); !verdict.empty())
    return verdict;
  if (packed->cols > manyRows)
    return {};
  return checkPackingAgain(*packed, format, file->matrix);
}
