//===- MatrixFileWriter.cpp - Writing matrices
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/MatrixFileWriter.h"

#include "AppendNumber.h"
#include "NumpyWriter.h"
#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Formats/FrosttReader.h"
#include "SparseGPU/Formats/MatrixMarketWriter.h"
#include "SparseGPU/Support/FileIO.h"
#include "SparseGPU/Support/Strings.h"

#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

static Expected<std::string> formatSmtx(const CooMatrix &matrix,
                                        const MatrixWriteOptions &options) {
  if (options.field != FileField::Pattern)
    return Error("an .smtx file has no values; ask for the pattern alone");
  if (Status status =
          checkFieldSize({"row offsets", FieldRole::Positions, "", ""},
                         ElementType::I64, matrix.rows);
      !status)
    return status.takeError();
  // A stable sort by rows, by counting.
  std::vector<int64_t> positions(static_cast<size_t>(matrix.rows) + 1, 0);
  for (int64_t r : matrix.row)
    ++positions[static_cast<size_t>(r) + 1];
  for (size_t r = 1; r < positions.size(); ++r)
    positions[r] += positions[r - 1];
  std::string text =
      concat(matrix.rows, ", ", matrix.cols, ", ", matrix.entries(), "\n");
  for (size_t r = 0; r < positions.size(); ++r) {
    if (r)
      text += ' ';
    appendNumber(text, positions[r]);
  }
  std::vector<int64_t> cols(matrix.col.size());
  for (size_t e = 0; e < matrix.col.size(); ++e)
    cols[static_cast<size_t>(positions[matrix.row[e]]++)] = matrix.col[e];
  text += '\n';
  for (size_t e = 0; e < cols.size(); ++e) {
    if (e)
      text += ' ';
    appendNumber(text, cols[e]);
  }
  text += '\n';
  return text;
}

static Expected<std::string> formatEdgeList(const CooMatrix &matrix,
                                            const MatrixWriteOptions &options) {
  std::string text = concat("# shape: ", matrix.rows, " ", matrix.cols, "\n# ",
                            matrix.entries(), " edges, nodes numbered from ",
                            options.edgeBase, "\n");
  for (size_t e = 0; e < matrix.row.size(); ++e) {
    appendNumber(text, matrix.row[e] + options.edgeBase);
    text += '\t';
    appendNumber(text, matrix.col[e] + options.edgeBase);
    if (options.field != FileField::Pattern) {
      text += '\t';
      appendNumber(text, matrix.value[e]);
    }
    text += '\n';
  }
  return text;
}

Expected<std::string> formats::formatMatrix(const CooMatrix &matrix,
                                            FileKind kind,
                                            const MatrixWriteOptions &options) {
  if (Status status = checkCoo(matrix); !status)
    return status.takeError();
  try {
    switch (kind) {
    case FileKind::MatrixMarket: {
      WriteOptions market;
      market.field =
          options.field == FileField::Complex ? FileField::Real : options.field;
      market.comment = options.comment;
      return formatMatrixMarket(matrix, market);
    }
    case FileKind::Smtx:
      return formatSmtx(matrix, options);
    case FileKind::Npz:
      return formatNpz(matrix, options);
    case FileKind::Npy:
      return formatNpy(matrix, options);
    case FileKind::EdgeList:
      return formatEdgeList(matrix, options);
    case FileKind::Frostt:
      return formatFrostt(matrix);
    case FileKind::Safetensors:
    case FileKind::Container:
      break;
    }
  } catch (const std::bad_alloc &) {
    return Error(concat("there is not enough memory for ", matrix.entries(),
                        " entries as ", name(kind), ", more than ",
                        4 * matrix.entries(), " bytes"));
  }
  return Error(concat("entries cannot be written as ", name(kind)));
}

Status formats::writeMatrix(const std::string &path, const CooMatrix &matrix,
                            FileKind kind, const MatrixWriteOptions &options) {
  Expected<std::string> content = formatMatrix(matrix, kind, options);
  if (!content)
    return Error(concat(path, ": ", content.message()));
  return writeFileByName(path, *content);
}

Status formats::writeIndices(const std::string &path,
                             const std::vector<int64_t> &indices) {
  return writeFileByName(path, npyIndices(indices, /*wide=*/true));
}
