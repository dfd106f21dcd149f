//===- SlicedEll.cpp - Sliced ELL
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Formats/Ell.h"

#include "Blocks.h"
#include "SparseGPU/Support/Parallel.h"
#include "SparseGPU/Support/Strings.h"
#include "StorageSupport.h"

#include <algorithm>

using namespace sparsegpu;
using namespace sparsegpu::formats;

namespace {
class SlicedEllFormat final : public Format {
public:
  std::string_view name() const override { return "sliced_ell"; }

  std::vector<ParameterSpec> parameters() const override {
    return {{"rows", 32, 1, 1024, "rows of a slice"}};
  }

  std::vector<FieldSpec> fields() const override {
    return {{"slice_positions", FieldRole::Positions, "ceil(M / rows) + 1",
             "where the places of slice i begin; the last is their number"},
            {"coordinates", FieldRole::Coordinates, "places",
             "the column of place i, or all bits set"},
            {"values", FieldRole::Values, "places",
             "the value at place i, column by column in a slice"}};
  }

  std::string_view sizeFormula() const override {
    return "(ceil(M / rows) + 1) * p + places * (c + v)";
  }

  Expected<PackedMatrix> pack(const CsrSource &matrix,
                              const std::vector<int64_t> &parameters,
                              const PackOptions &options) const override;
  Expected<PackedMatrix> unpack(const PackedMatrix &packed) const override;
  Status check(const PackedMatrix &packed) const override;
};
} // namespace

const Format &formats::slicedEllFormat() {
  static const SlicedEllFormat format;
  return format;
}

/// Writes the places from `begin` to `end`, those of slice `slice`.
template <typename From, typename To>
static void storeSlice(const CsrSource &matrix, From coordinates, int64_t slice,
                       int64_t rows, int64_t begin, int64_t end, To out,
                       std::byte *values) {
  using Index = typename To::Element;
  size_t width = byteSize(matrix.valueType);
  for (int64_t r = 0; r < rows; ++r) {
    int64_t row = slice * rows + r, place = begin + r;
    if (row < matrix.rows)
      for (int64_t e = matrix.positions[row], last = matrix.positions[row + 1];
           e < last; ++e, place += rows) {
        out.set(place, coordinates[e]);
        copyElement(matrix.values, e, values, place, width);
      }
    for (; place < end; place += rows)
      out.put(place, static_cast<Index>(-1));
  }
}

Expected<PackedMatrix>
SlicedEllFormat::pack(const CsrSource &matrix,
                      const std::vector<int64_t> &parameters,
                      const PackOptions &options) const {
  int64_t rows = parameters[0], slices = divideCeil(matrix.rows, rows);
  std::vector<int64_t> positions = {0};
  positions.reserve(static_cast<size_t>(slices) + 1);
  for (int64_t s = 0; s < slices; ++s) {
    int64_t width = 0;
    for (int64_t r = s * rows; r < std::min(matrix.rows, (s + 1) * rows); ++r)
      width = std::max(width, matrix.positions[r + 1] - matrix.positions[r]);
    positions.push_back(positions.back() + width * rows);
  }
  int64_t places = positions.back(), nnz = matrix.nnz();
  // One more than any coordinate, which leaves the largest number to padding.
  int64_t largest = nnz == 0 ? 0 : largestCoordinate(matrix) + 1;
  Expected<PackedMatrix> packed =
      allocatePacked(*this, matrix, parameters, options, places, largest,
                     {slices + 1, places, places});
  if (!packed)
    return packed;
  storeIndices(packed->fields[0].type, positions.data(), positions.size(),
               packed->fields[0].bytes.data());
  // Slices of some ten thousand entries together.
  int64_t grain =
      std::max<int64_t>(1, (slices << 14) / std::max<int64_t>(places, 1));
  withIndexType(matrix.coordinates.width(), [&](auto from) {
    TypedIndices<decltype(from)> coordinates(matrix.coordinates.bytes());
    withIndexType(byteSize(packed->fields[1].type), [&](auto to) {
      TypedIndexWriter<decltype(to)> out(packed->fields[1].bytes.data());
      parallelFor(slices, grain, 0, [&](int64_t begin, int64_t end) {
        for (int64_t s = begin; s < end; ++s)
          storeSlice(matrix, coordinates, s, rows, positions[s],
                     positions[s + 1], out, packed->fields[2].bytes.data());
      });
    });
  });
  return packed;
}

Status SlicedEllFormat::check(const PackedMatrix &packed) const {
  if (Status status = checkFields(*this, packed); !status)
    return Error(concat("SELL1: ", status.message()));
  int64_t rows = packed.parameters[0], slices = divideCeil(packed.rows, rows);
  if (packed.fields[0].count != slices + 1)
    return Error(concat("SELL2: slice_positions has ", packed.fields[0].count,
                        " elements, expected one more than the ", slices,
                        " slices"));
  CsrSource source = asCsrSource(packed);
  if (source.positions[0] != 0)
    return Error(concat("SELL3: slice_positions[0] is ", source.positions[0],
                        ", expected 0"));
  for (int64_t s = 0; s < slices; ++s)
    if (source.positions[s + 1] < source.positions[s] ||
        (source.positions[s + 1] - source.positions[s]) % rows != 0)
      return Error(concat("SELL3: slice_positions[", s + 1, "] is ",
                          source.positions[s + 1], ", expected a multiple of ",
                          rows, " more than slice_positions[", s,
                          "] = ", source.positions[s]));
  int64_t places = packed.fields[1].count;
  if (source.positions[slices] != places || packed.fields[2].count != places)
    return Error(concat("SELL4: slice_positions ends with ",
                        source.positions[slices], ", but there are ", places,
                        " coordinates and ", packed.fields[2].count,
                        " values"));
  int64_t none = noCoordinate(packed.fields[1].type);
  for (int64_t row = 0; row < slices * rows; ++row) {
    int64_t previous = -1;
    for (int64_t place = source.positions[row / rows] + row % rows;
         place < source.positions[row / rows + 1]; place += rows) {
      int64_t c = source.coordinates[place];
      if (c == none) {
        if (std::binary_search(packed.explicitZeros.begin(),
                               packed.explicitZeros.end(), place))
          return Error(concat("SELL7: the explicit zero at place ", place,
                              " has no coordinate"));
        previous = packed.cols;
        continue;
      }
      if (row >= packed.rows)
        return Error(concat("SELL6: coordinates[", place, "] is ", c,
                            " in row ", row, ", beyond the last"));
      if (c < 0 || c >= packed.cols || c <= previous)
        return Error(concat("SELL5: coordinates[", place, "] in row ", row,
                            " is ", c,
                            ", expected more than its predecessor and less "
                            "than ",
                            packed.cols));
      previous = c;
    }
  }
  return Status::success();
}

Expected<PackedMatrix>
SlicedEllFormat::unpack(const PackedMatrix &packed) const {
  if (Status status = check(packed); !status)
    return status.takeError();
  int64_t rows = packed.parameters[0];
  CsrSource source = asCsrSource(packed);
  int64_t none = noCoordinate(packed.fields[1].type);
  size_t width = byteSize(source.valueType);
  CsrBuilder builder(packed.rows, packed.cols, source.valueType,
                     expectedEntries(packed));
  for (int64_t row = 0; row < packed.rows; ++row) {
    for (int64_t place = source.positions[row / rows] + row % rows;
         place < source.positions[row / rows + 1]; place += rows)
      if (source.coordinates[place] != none)
        builder.add(source.coordinates[place], source.values + place * width);
    builder.endRow();
  }
  return builder.finish();
}
