//===- NumpyReader.cpp - NumPy and SciPy files
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/NumpyReader.h"

#include "NpyArray.h"
#include "Zip.h"

#include <map>
#include <new>

using namespace sparsegpu;
using namespace sparsegpu::formats;

using Kind = NumericType::Kind;

static Error outOfMemory(std::string_view path) {
  return Error(concat(path, ": there is not enough memory for the matrix"));
}

Expected<MatrixFile> formats::parseNpy(std::string_view content,
                                       std::string_view path,
                                       const ReadOptions &options) {
  try {
    Expected<NumericArray> array = parseNpyArray(content, path);
    if (!array)
      return array.takeError();
    return denseMatrix(*array, FileKind::Npy, options);
  } catch (const std::bad_alloc &) {
    return outOfMemory(path);
  }
}

namespace {
/// An .npz archive, whose members are read when they are asked for.
class Archive {
public:
  Archive(std::string_view content, std::string_view path,
          const ReadOptions &options)
      : content(content), path(path), options(options) {}

  Expected<MatrixFile> read();

private:
  const ZipMember *find(std::string_view name) const;
  /// Reads a member; what it holds lives as long as the archive.
  Expected<NumericArray> array(const ZipMember &member);
  Expected<NumericArray> array(std::string_view name);
  Expected<MatrixFile> readSparse();
  Expected<MatrixFile> readDense();
  Expected<std::string> readFormat();
  Status readShape();

  Status readCompressed(bool byRows);
  Status readCoordinates();
  Status readBlocks();
  Status readDiagonals();

  /// An array of `count` whole numbers (-1: any number).
  Expected<NumericArray> indices(std::string_view name, int64_t count);
  /// Positions that ascend from 0 to `last`.
  Expected<NumericArray> positions(int64_t count, int64_t last);
  Status checkIndex(const NumericArray &from, int64_t i, int64_t bound);
  Expected<NumericArray> values(size_t dimensions);
  double value(const NumericArray &data, int64_t i) const {
    return data.number(i, options.complexValues);
  }

  std::string_view content, path;
  const ReadOptions &options;
  std::vector<ZipMember> members;
  /// A member: a part of the archive, or inflated.
  struct Text {
    std::string_view view;
    std::string inflated;
  };
  std::map<std::string, Text, std::less<>> texts;
  MatrixFile file;
};
} // namespace

const ZipMember *Archive::find(std::string_view name) const {
  for (const ZipMember &member : members)
    if (member.name == name || member.name == concat(name, ".npy"))
      return &member;
  return nullptr;
}

/// The name of a member as messages show it, where no quotes are needed.
static std::string plain(std::string_view name) {
  std::string text = sparsegpu::quoted(name, 200);
  return text.substr(1, text.size() - 2);
}

Expected<NumericArray> Archive::array(const ZipMember &member) {
  auto known = texts.find(member.name);
  if (known == texts.end()) {
    known = texts.try_emplace(member.name).first;
    Text &text = known->second;
    Expected<std::string_view> view =
        readZipMember(content, member, path, text.inflated);
    if (!view) {
      texts.erase(known);
      return view.takeError();
    }
    text.view = *view;
  }
  return parseNpyArray(known->second.view,
                       concat(path, ": ", plain(member.name)));
}

Expected<NumericArray> Archive::array(std::string_view name) {
  if (const ZipMember *member = find(name))
    return array(*member);
  return Error(
      concat(path, ": the archive has no array ", sparsegpu::quoted(name)));
}

/// The text in "format", of characters of one byte or four.
Expected<std::string> Archive::readFormat() {
  Expected<NumericArray> format = array("format");
  if (!format)
    return format.takeError();
  if (format->type.kind != Kind::Text || format->count() != 1)
    return format->error(0, "the format is not a text");
  std::string text;
  for (char c : format->data)
    if (c)
      text += c;
  return text;
}

Status Archive::readShape() {
  Expected<NumericArray> shape = array("shape");
  if (!shape)
    return shape.takeError();
  if (!shape->type.isInteger() || shape->count() != 2)
    return shape->error(0, "the shape is not two whole numbers");
  file.matrix.rows = shape->integer(0);
  file.matrix.cols = shape->integer(1);
  if (file.matrix.rows < 0 || file.matrix.cols < 0)
    return shape->error(0, "the shape ", file.matrix.rows, " x ",
                        file.matrix.cols, " is negative");
  return Status::success();
}

Expected<NumericArray> Archive::indices(std::string_view name, int64_t count) {
  Expected<NumericArray> found = array(name);
  if (!found)
    return found.takeError();
  if (!found->type.isInteger() || found->shape.size() != 1)
    return found->error(0, "the array ", sparsegpu::quoted(name),
                        " is not one of whole numbers");
  if (count >= 0 && found->count() != count)
    return found->error(0, "the array ", sparsegpu::quoted(name), " has ",
                        found->count(), " elements, expected ", count);
  return found;
}

Expected<NumericArray> Archive::positions(int64_t count, int64_t last) {
  Expected<NumericArray> found = indices("indptr", -1);
  if (!found)
    return found.takeError();
  // Compared this way round: count + 1 may not fit.
  if (found->count() - 1 != count)
    return found->error(0, "the array 'indptr' has ", found->count(),
                        " elements, expected one more than ", count);
  int64_t previous = 0;
  for (int64_t i = 0; i <= count; ++i) {
    int64_t position = found->integer(i);
    if (i == 0 ? position != 0 : position < previous)
      return found->error(i, "the position ", position, " of 'indptr' is ",
                          i == 0 ? "not 0" : "below its predecessor");
    previous = position;
  }
  if (previous != last)
    return found->error(count, "the last position of 'indptr' is ", previous,
                        ", but there are ", last, " entries");
  return found;
}

Status Archive::checkIndex(const NumericArray &from, int64_t i, int64_t bound) {
  int64_t index = from.integer(i);
  if (index >= 0 && index < bound)
    return Status::success();
  return from.error(i, "the index ", index, " is outside of 0 to ", bound - 1);
}

Expected<NumericArray> Archive::values(size_t dimensions) {
  Expected<NumericArray> data = array("data");
  if (!data)
    return data.takeError();
  if (Status status = checkValues(*data, options); !status)
    return status.takeError();
  if (data->shape.size() != dimensions || data->fortranOrder)
    return data->error(0, "the array 'data' is not one of ", dimensions,
                       " dimensions by rows");
  file.field = data->type.field();
  file.storedEntries = data->count();
  return data;
}

Status Archive::readCompressed(bool byRows) {
  Expected<NumericArray> data = values(1);
  if (!data)
    return data.takeError();
  CooMatrix &matrix = file.matrix;
  int64_t nnz = data->count();
  Expected<NumericArray> minor = indices("indices", nnz);
  if (!minor)
    return minor.takeError();
  int64_t majors = byRows ? matrix.rows : matrix.cols;
  int64_t minors = byRows ? matrix.cols : matrix.rows;
  Expected<NumericArray> major = positions(majors, nnz);
  if (!major)
    return major.takeError();
  if (Status status = reserveEntries(matrix, nnz); !status)
    return Error(concat(path, ": ", status.message()));
  for (int64_t i = 0; i < majors; ++i)
    for (int64_t e = major->integer(i), end = major->integer(i + 1); e < end;
         ++e) {
      if (Status status = checkIndex(*minor, e, minors); !status)
        return status;
      int64_t j = minor->integer(e);
      matrix.add(byRows ? i : j, byRows ? j : i, value(*data, e));
    }
  return Status::success();
}

Status Archive::readCoordinates() {
  Expected<NumericArray> data = values(1);
  if (!data)
    return data.takeError();
  int64_t nnz = data->count();
  Expected<NumericArray> row = indices("row", nnz);
  if (!row)
    return row.takeError();
  Expected<NumericArray> col = indices("col", nnz);
  if (!col)
    return col.takeError();
  if (Status status = reserveEntries(file.matrix, nnz); !status)
    return Error(concat(path, ": ", status.message()));
  for (int64_t e = 0; e < nnz; ++e) {
    if (Status status = checkIndex(*row, e, file.matrix.rows); !status)
      return status;
    if (Status status = checkIndex(*col, e, file.matrix.cols); !status)
      return status;
    file.matrix.add(row->integer(e), col->integer(e), value(*data, e));
  }
  return Status::success();
}

Status Archive::readBlocks() {
  Expected<NumericArray> data = values(3);
  if (!data)
    return data.takeError();
  CooMatrix &matrix = file.matrix;
  int64_t blocks = data->shape[0], height = data->shape[1],
          width = data->shape[2];
  if (height < 1 || width < 1 || matrix.rows % height || matrix.cols % width)
    return data->error(0, "blocks of ", height, " x ", width,
                       " do not divide the shape ", matrix.rows, " x ",
                       matrix.cols);
  Expected<NumericArray> minor = indices("indices", blocks);
  if (!minor)
    return minor.takeError();
  Expected<NumericArray> major = positions(matrix.rows / height, blocks);
  if (!major)
    return major.takeError();
  for (int64_t i = 0; i < matrix.rows / height; ++i)
    for (int64_t b = major->integer(i), end = major->integer(i + 1); b < end;
         ++b) {
      if (Status status = checkIndex(*minor, b, matrix.cols / width); !status)
        return status;
      int64_t j = minor->integer(b);
      for (int64_t k = 0; k < height * width; ++k)
        if (double v = value(*data, b * height * width + k); v != 0)
          matrix.add(i * height + k / width, j * width + k % width, v);
    }
  return Status::success();
}

/// data[k][j] is at row j - offsets[k] of column j.
Status Archive::readDiagonals() {
  Expected<NumericArray> data = values(2);
  if (!data)
    return data.takeError();
  CooMatrix &matrix = file.matrix;
  int64_t diagonals = data->shape[0], length = data->shape[1];
  Expected<NumericArray> offsets = indices("offsets", diagonals);
  if (!offsets)
    return offsets.takeError();
  for (int64_t k = 0; k < diagonals; ++k) {
    int64_t offset = offsets->integer(k);
    if (offset <= -matrix.rows || offset >= matrix.cols)
      return offsets->error(k, "the diagonal ", offset, " lies outside of the ",
                            matrix.rows, " x ", matrix.cols, " matrix");
    for (int64_t j = std::max<int64_t>(0, offset);
         j < std::min(length, matrix.cols) && j - offset < matrix.rows; ++j)
      if (double v = value(*data, k * length + j); v != 0)
        matrix.add(j - offset, j, v);
  }
  return Status::success();
}

Expected<MatrixFile> Archive::readSparse() {
  Expected<std::string> format = readFormat();
  if (!format)
    return format.takeError();
  if (Status status = readShape(); !status)
    return status.takeError();
  auto read = [&]() -> Status {
    if (*format == "csr" || *format == "csc")
      return readCompressed(*format == "csr");
    if (*format == "coo")
      return readCoordinates();
    if (*format == "bsr")
      return readBlocks();
    if (*format == "dia")
      return readDiagonals();
    return Error(concat(path, ": the format ", sparsegpu::quoted(*format),
                        " of the archive is not supported, expected 'csr', "
                        "'csc', 'coo', 'bsr' or 'dia'"));
  };
  if (Status status = read(); !status)
    return status.takeError();
  return std::move(file);
}

Expected<MatrixFile> Archive::readDense() {
  if (!options.tensor.empty()) {
    Expected<NumericArray> named = array(options.tensor);
    if (!named)
      return named.takeError();
    return denseMatrix(*named, FileKind::Npz, options);
  }
  // The only array of two dimensions.
  std::string found, names;
  for (const ZipMember &member : members) {
    Expected<NumericArray> candidate = array(member);
    if (!candidate)
      return candidate.takeError();
    texts.clear();
    std::string_view name = member.name;
    if (endsWith(name, ".npy"))
      name.remove_suffix(4);
    names += concat(names.empty() ? "" : ", ", sparsegpu::quoted(name));
    if (candidate->shape.size() != 2 || candidate->type.kind == Kind::Text)
      continue;
    if (!found.empty())
      return Error(concat(path, ": the archive has several matrices, ",
                          sparsegpu::quoted(found), " and ",
                          sparsegpu::quoted(name), "; choose one by its name"));
    found = name;
  }
  if (found.empty())
    return Error(concat(path, ": the archive has no matrix among its arrays: ",
                        names.empty() ? "none" : names.substr(0, 400)));
  Expected<NumericArray> only = array(found);
  if (!only)
    return only.takeError();
  return denseMatrix(*only, FileKind::Npz, options);
}

Expected<MatrixFile> Archive::read() {
  Expected<std::vector<ZipMember>> listed = listZip(content, path);
  if (!listed)
    return listed.takeError();
  members = *std::move(listed);
  file.kind = FileKind::Npz;
  if (options.tensor.empty() && find("format") && find("shape") && find("data"))
    return readSparse();
  return readDense();
}

Expected<MatrixFile> formats::parseNpz(std::string_view content,
                                       std::string_view path,
                                       const ReadOptions &options) {
  try {
    return Archive(content, path, options).read();
  } catch (const std::bad_alloc &) {
    return outOfMemory(path);
  }
}
