//===- CAPI.cpp - C interface of the packers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/CAPI.h"

#include "SparseGPU/Formats/Convert.h"
#include "SparseGPU/Formats/Format.h"
#include "SparseGPU/Formats/MatrixFile.h"
#include "SparseGPU/Formats/Sum.h"
#include "SparseGPU/Support/Strings.h"

#include <exception>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

struct sparsegpu_matrix {
  CooMatrix coo;
  PackedMatrix packed;
  std::string error;
};

/// Runs `body`, which returns a Status, and turns its outcome, or an exception
/// from the standard library, into the convention of this interface.
template <typename Body>
static int guarded(sparsegpu_matrix *matrix, Body body) {
  if (!matrix)
    return -1;
  try {
    Status status = body();
    if (status.ok())
      return 0;
    matrix->error = status.message();
  } catch (const std::bad_alloc &) {
    try {
      matrix->error = "there is not enough memory";
    } catch (const std::bad_alloc &) {
      matrix->error.clear();
    }
  } catch (const std::exception &exception) {
    try {
      matrix->error = exception.what();
    } catch (const std::bad_alloc &) {
      matrix->error.clear();
    }
  }
  return -1;
}

sparsegpu_matrix *sparsegpu_matrix_create(void) {
  return new (std::nothrow) sparsegpu_matrix;
}

void sparsegpu_matrix_destroy(sparsegpu_matrix *matrix) { delete matrix; }

const char *sparsegpu_matrix_last_error(const sparsegpu_matrix *matrix) {
  return matrix ? matrix->error.c_str() : "the handle is null";
}

int sparsegpu_matrix_read(sparsegpu_matrix *matrix, const char *path) {
  return guarded(matrix, [&]() -> Status {
    if (!path)
      return Error("the path is null");
    Expected<MatrixFile> file = readMatrix(path);
    if (!file)
      return file.takeError();
    matrix->coo = std::move(file->matrix);
    matrix->packed = PackedMatrix();
    return Status::success();
  });
}

int sparsegpu_matrix_set(sparsegpu_matrix *matrix, int64_t rows, int64_t cols,
                         int64_t entries, const int64_t *row,
                         const int64_t *col, const double *value) {
  return guarded(matrix, [&]() -> Status {
    if (entries < 0)
      return Error(concat("the number of entries is negative: ", entries));
    if (entries > 0 && (!row || !col || !value))
      return Error("an array of entries is null");
    CooMatrix coo;
    coo.rows = rows;
    coo.cols = cols;
    if (Status status = reserveEntries(coo, entries); !status)
      return status;
    if (entries > 0) {
      coo.row.assign(row, row + entries);
      coo.col.assign(col, col + entries);
      coo.value.assign(value, value + entries);
    }
    if (Status status = checkCoo(coo); !status)
      return status;
    matrix->coo = std::move(coo);
    matrix->packed = PackedMatrix();
    return Status::success();
  });
}

int64_t sparsegpu_matrix_rows(const sparsegpu_matrix *matrix) {
  return matrix ? matrix->coo.rows : 0;
}

int64_t sparsegpu_matrix_cols(const sparsegpu_matrix *matrix) {
  return matrix ? matrix->coo.cols : 0;
}

int64_t sparsegpu_matrix_entries(const sparsegpu_matrix *matrix) {
  return matrix ? matrix->coo.entries() : 0;
}

int sparsegpu_matrix_pack(sparsegpu_matrix *matrix, const char *format,
                          unsigned position_width, unsigned coordinate_width,
                          const char *value_type) {
  return sparsegpu_matrix_pack_with(matrix, format, 0, nullptr, position_width,
                                    coordinate_width, value_type);
}

namespace {
/// A format as the functions of this interface name it.
struct Choice {
  const Format *format;
  std::vector<int64_t> parameters;
  PackOptions options;
};
} // namespace

static Expected<Choice> chooseFormat(const char *format, int parameters,
                                     const int64_t *values,
                                     unsigned positionWidth,
                                     unsigned coordinateWidth,
                                     const char *valueType) {
  const Format *found = findFormat(format ? format : "");
  if (!found) {
    std::string known;
    for (const Format *other : allFormats())
      known += (known.empty() ? "" : ", ") + std::string(other->name());
    return Error(concat("format ", quoted(format ? format : ""),
                        " is not known, expected one of: ", known));
  }
  std::optional<ElementType> type =
      parseElementType(valueType ? valueType : "");
  if (!type)
    return Error(concat("value type ", quoted(valueType ? valueType : ""),
                        " is not known"));
  if (parameters < 0 || (parameters > 0 && !values))
    return Error("the parameters of the format are missing");
  Choice choice{found, {values, values + parameters}, {}};
  choice.options.positionWidth = positionWidth;
  choice.options.coordinateWidth = coordinateWidth;
  choice.options.valueType = *type;
  return choice;
}

int sparsegpu_matrix_pack_with(sparsegpu_matrix *matrix, const char *format,
                               int parameters, const int64_t *values,
                               unsigned position_width,
                               unsigned coordinate_width,
                               const char *value_type) {
  return guarded(matrix, [&]() -> Status {
    Expected<Choice> choice =
        chooseFormat(format, parameters, values, position_width,
                     coordinate_width, value_type);
    if (!choice)
      return choice.takeError();
    Expected<PackedMatrix> packed =
        pack(matrix->coo, *choice->format, choice->parameters, choice->options);
    if (!packed)
      return packed.takeError();
    matrix->packed = *std::move(packed);
    return Status::success();
  });
}

int sparsegpu_matrix_unpack(sparsegpu_matrix *matrix, const char *format,
                            int parameters, const int64_t *values,
                            unsigned position_width, unsigned coordinate_width,
                            const char *value_type, int64_t rows, int64_t cols,
                            int fields, const void *const *data,
                            const int64_t *counts) {
  return guarded(matrix, [&]() -> Status {
    Expected<Choice> choice =
        chooseFormat(format, parameters, values, position_width,
                     coordinate_width, value_type);
    if (!choice)
      return choice.takeError();
    if (fields < 0 || (fields > 0 && (!data || !counts)))
      return Error("the fields of the storage are missing");
    for (int i = 0; i < fields; ++i)
      if (counts[i] < 0 || (counts[i] > 0 && !data[i]))
        return Error(concat("field ", i, " of the storage is missing"));
    if (rows < 0 || cols < 0)
      return Error(concat("the shape ", rows, " x ", cols, " is negative"));
    if (choice->parameters.empty())
      for (const ParameterSpec &parameter : choice->format->parameters())
        choice->parameters.push_back(parameter.defaultValue);
    Expected<PackedMatrix> packed =
        adoptFields(*choice->format, choice->parameters, choice->options, rows,
                    cols, std::vector<const void *>(data, data + fields),
                    std::vector<int64_t>(counts, counts + fields));
    if (!packed)
      return packed.takeError();
    Expected<CooMatrix> coo = unpack(*packed, *choice->format);
    if (!coo)
      return coo.takeError();
    matrix->coo = *std::move(coo);
    matrix->packed = PackedMatrix();
    return Status::success();
  });
}

int sparsegpu_matrix_split(sparsegpu_matrix *matrix, const char *rule,
                           int64_t amount, int64_t rows, int64_t cols,
                           sparsegpu_matrix *part) {
  return guarded(matrix, [&]() -> Status {
    if (!part || part == matrix)
      return Error("a part needs a handle of its own");
    std::string_view name = rule ? rule : "";
    SplitRule split{SplitRule::Kind::FirstEntries, amount, rows, cols};
    if (name == "long_rows")
      split.kind = SplitRule::Kind::LongRows;
    else if (name == "full_blocks")
      split.kind = SplitRule::Kind::FullBlocks;
    else if (name != "first_entries")
      return Error(concat("rule ", quoted(name),
                          " is not known, expected first_entries, long_rows or "
                          "full_blocks"));
    Expected<std::vector<CooMatrix>> parts = splitMatrix(matrix->coo, {split});
    if (!parts)
      return parts.takeError();
    part->coo = std::move((*parts)[0]);
    matrix->coo = std::move((*parts)[1]);
    part->packed = matrix->packed = PackedMatrix();
    return Status::success();
  });
}

const int64_t *sparsegpu_matrix_entry_rows(const sparsegpu_matrix *matrix) {
  return sparsegpu_matrix_entries(matrix) > 0 ? matrix->coo.row.data()
                                              : nullptr;
}

const int64_t *sparsegpu_matrix_entry_cols(const sparsegpu_matrix *matrix) {
  return sparsegpu_matrix_entries(matrix) > 0 ? matrix->coo.col.data()
                                              : nullptr;
}

const double *sparsegpu_matrix_entry_values(const sparsegpu_matrix *matrix) {
  return sparsegpu_matrix_entries(matrix) > 0 ? matrix->coo.value.data()
                                              : nullptr;
}

int64_t sparsegpu_matrix_nnz(const sparsegpu_matrix *matrix) {
  return matrix ? matrix->packed.nnz : 0;
}

int sparsegpu_matrix_num_fields(const sparsegpu_matrix *matrix) {
  return matrix ? static_cast<int>(matrix->packed.fields.size()) : 0;
}

static const Field *fieldAt(const sparsegpu_matrix *matrix, int field) {
  if (field < 0 || field >= sparsegpu_matrix_num_fields(matrix))
    return nullptr;
  return &matrix->packed.fields[static_cast<size_t>(field)];
}

// The texts behind these views are string literals, so they end with a null.
const char *sparsegpu_matrix_field_name(const sparsegpu_matrix *matrix,
                                        int field) {
  const Field *found = fieldAt(matrix, field);
  return found ? found->spec.name.data() : nullptr;
}

const char *sparsegpu_matrix_field_type(const sparsegpu_matrix *matrix,
                                        int field) {
  const Field *found = fieldAt(matrix, field);
  return found ? name(found->type).data() : nullptr;
}

int64_t sparsegpu_matrix_field_count(const sparsegpu_matrix *matrix,
                                     int field) {
  const Field *found = fieldAt(matrix, field);
  return found ? found->count : 0;
}

void *sparsegpu_matrix_field_data(sparsegpu_matrix *matrix, int field) {
  const Field *found = fieldAt(matrix, field);
  return found ? const_cast<std::byte *>(found->bytes.data()) : nullptr;
}
