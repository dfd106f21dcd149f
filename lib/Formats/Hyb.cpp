//===- Hyb.cpp - Rows in buckets by length
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Hyb.h"

#include "SparseGPU/Formats/Ell.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class HybFormat final : public Format {
public:
  std::string_view name() const override { return "hyb"; }

  std::vector<FieldSpec> fields() const override {
    return {
        {"bucket_rows", FieldRole::Positions, "buckets + 1",
         "the number of the first stored row of bucket i; the last is M"},
        {"bucket_places", FieldRole::Positions, "buckets + 1",
         "where the places of bucket i begin; the last is their number"},
        {"rows", FieldRole::Coordinates, "M", "which row is stored as row i"},
        {"coordinates", FieldRole::Coordinates, "places",
         "the column of place i, or all bits set"},
        {"values", FieldRole::Values, "places",
         "the value at place i, row by row"}};
  }

  std::string_view sizeFormula() const override {
    return "2 * (buckets + 1) * p + M * c + places * (c + v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};

/// Places of a row in bucket `bucket`.
int64_t widthOf(size_t bucket) {
  return bucket == 0 ? 0 : int64_t(1) << (bucket - 1);
}

/// The bucket of a row with `length` entries.
size_t bucketOf(int64_t length) {
  size_t bucket = 0;
  while (widthOf(bucket) < length)
    ++bucket;
  return bucket;
}

/// Where the entries of a row end, of the places [begin, end).
int64_t endOfEntries(const IndexArray &coordinates, int64_t begin, int64_t end,
                     int64_t none) {
  while (end > begin && coordinates[end - 1] == none)
    --end;
  return end;
}
} // namespace

const Format &formats::hybFormat() {
  static const HybFormat format;
  return format;
}

Expected<PackedMatrix> HybFormat::pack(const CsrSource &matrix,
                                       const std::vector<int64_t> &parameters,
                                       const PackOptions &options) const {
  // Rows and places of each bucket, then where they begin.
  std::vector<int64_t> rows(66), places(66);
  size_t buckets = 0;
  for (int64_t row = 0; row < matrix.rows; ++row) {
    size_t bucket = bucketOf(matrix.positions[row + 1] - matrix.positions[row]);
    ++rows[bucket + 1];
    places[bucket + 1] += widthOf(bucket);
    buckets = std::max(buckets, bucket + 1);
  }
  for (size_t b = 0; b < buckets; ++b) {
    rows[b + 1] += rows[b];
    places[b + 1] += places[b];
  }
  rows.resize(buckets + 1);
  places.resize(buckets + 1);
  int64_t count = places.back(),
          largest = std::max<int64_t>(matrix.rows - 1, 0);
  // One more than any coordinate, which leaves the largest number to padding.
  for (int64_t e = 0, nnz = matrix.nnz(); e < nnz; ++e)
    largest = std::max(largest, matrix.coordinates[e] + 1);
  auto ends = static_cast<int64_t>(buckets) + 1;
  Expected<PackedMatrix> packed = allocatePacked(
      *this, matrix, parameters, options, std::max(count, matrix.rows), largest,
      {ends, ends, matrix.rows, count, count});
  if (!packed)
    return packed;
  for (int64_t b = 0; b < ends; ++b) {
    storeIndex(packed->fields[0], b, rows[static_cast<size_t>(b)]);
    storeIndex(packed->fields[1], b, places[static_cast<size_t>(b)]);
  }
  std::fill(packed->fields[3].bytes.begin(), packed->fields[3].bytes.end(),
            std::byte(0xff));
  IndexWriter rowWriter = indexWriter(*packed, 2),
              coordinates = indexWriter(*packed, 3);
  std::byte *values = packed->fields[4].bytes.data();
  size_t width = byteSize(matrix.valueType);
  for (int64_t row = 0; row < matrix.rows; ++row) {
    int64_t begin = matrix.positions[row],
            length = matrix.positions[row + 1] - begin;
    size_t bucket = bucketOf(length);
    rowWriter.set(rows[bucket]++, row);
    int64_t place = places[bucket];
    places[bucket] += widthOf(bucket);
    for (int64_t e = 0; e < length; ++e)
      coordinates.set(place + e, matrix.coordinates[begin + e]);
    std::copy_n(matrix.values + begin * static_cast<int64_t>(width),
                length * static_cast<int64_t>(width),
                values + place * static_cast<int64_t>(width));
  }
  return packed;
}

Status HybFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("HYB1: ", status.message()));
  int64_t ends = packed.fields[0].count;
  if (ends != packed.fields[1].count || ends < 1 || ends > 62)
    return Error(concat("HYB2: bucket_rows has ", ends,
                        " elements and bucket_places ", packed.fields[1].count,
                        ", expected equally many, 1 to 62"));
  if (Status status = checkOffsets("HYB2", packed.fields[0], ends, packed.rows);
      !status)
    return status;
  IndexArray bucketRows = indices(packed, 0), bucketPlaces = indices(packed, 1),
             rows = indices(packed, 2), coordinates = indices(packed, 3);
  if (Status status =
          checkOffsets("HYB2", packed.fields[1], ends, bucketPlaces[ends - 1]);
      !status)
    return status;
  for (int64_t b = 0; b + 1 < ends; ++b) {
    int64_t width = widthOf(static_cast<size_t>(b)),
            stored = bucketRows[b + 1] - bucketRows[b],
            places = bucketPlaces[b + 1] - bucketPlaces[b];
    bool matches = width == 0 || stored == 0
                       ? places == 0
                       : places % width == 0 && places / width == stored;
    if (!matches)
      return Error(concat("HYB3: bucket ", b, " has ", places, " places for ",
                          stored, " rows of ", width));
  }
  if (bucketPlaces[ends - 1] != packed.fields[3].count ||
      packed.fields[3].count != packed.fields[4].count)
    return Error(concat("HYB4: bucket_places ends with ",
                        bucketPlaces[ends - 1], ", but there are ",
                        packed.fields[3].count, " coordinates and ",
                        packed.fields[4].count, " values"));
  if (Status status = checkCount("HYB5", packed.fields[2], packed.rows);
      !status)
    return status;
  std::vector<bool> seen(static_cast<size_t>(packed.rows));
  int64_t none = noCoordinate(packed.fields[3].type);
  for (int64_t b = 0; b + 1 < ends; ++b)
    for (int64_t i = bucketRows[b]; i < bucketRows[b + 1]; ++i) {
      int64_t row = rows[i];
      if (row < 0 || row >= packed.rows || seen[static_cast<size_t>(row)] ||
          (i > bucketRows[b] && row <= rows[i - 1]))
        return Error(concat("HYB5: rows[", i, "] in bucket ", b, " is ", row,
                            ", expected every row below ", packed.rows,
                            " once, ascending in a bucket"));
      seen[static_cast<size_t>(row)] = true;
      int64_t width = widthOf(static_cast<size_t>(b)),
              begin = bucketPlaces[b] + (i - bucketRows[b]) * width,
              end = endOfEntries(coordinates, begin, begin + width, none);
      for (int64_t place = begin; place < end; ++place)
        if (coordinates[place] < 0 || coordinates[place] >= packed.cols ||
            (place > begin && coordinates[place] <= coordinates[place - 1]))
          return Error(concat("HYB6: coordinates[", place, "] in row ", row,
                              " is ", coordinates[place],
                              ", expected more than its predecessor and less "
                              "than ",
                              packed.cols));
      if (b > 0 && end - begin <= widthOf(static_cast<size_t>(b) - 1))
        return Error(concat("HYB7: row ", row, " has ", end - begin,
                            " entries, too few for bucket ", b));
    }
  return Status::success();
}

Expected<PackedMatrix> HybFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  IndexArray bucketRows = indices(packed, 0), bucketPlaces = indices(packed, 1),
             rows = indices(packed, 2), coordinates = indices(packed, 3);
  int64_t none = noCoordinate(packed.fields[3].type);
  // Where each row's entries are.
  auto count = static_cast<size_t>(packed.rows);
  std::vector<int64_t> begins(count), ends(count);
  for (int64_t b = 0; b + 1 < packed.fields[0].count; ++b)
    for (int64_t i = bucketRows[b]; i < bucketRows[b + 1]; ++i) {
      auto row = static_cast<size_t>(rows[i]);
      int64_t width = widthOf(static_cast<size_t>(b));
      begins[row] = bucketPlaces[b] + (i - bucketRows[b]) * width;
      ends[row] =
          endOfEntries(coordinates, begins[row], begins[row] + width, none);
    }
  const Field &values = packed.fields[4];
  auto width = static_cast<int64_t>(byteSize(values.type));
  CsrBuilder builder(packed.rows, packed.cols, values.type);
  for (size_t row = 0; row < count; ++row) {
    for (int64_t place = begins[row]; place < ends[row]; ++place)
      builder.add(coordinates[place], values.bytes.data() + place * width);
    builder.endRow();
  }
  return builder.finish();
}
