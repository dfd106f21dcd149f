//===- Format.h - What a storage format is
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interface of all formats on the host: fields, parameters, packing,
// unpacking, checking. Compressed rows are what everything is packed from and
// unpacked to. A format that is not in allFormats() implements the same class.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_FORMAT_H
#define SPARSEGPU_FORMATS_FORMAT_H

#include "SparseGPU/Formats/Coo.h"
#include "SparseGPU/Formats/Field.h"
#include "SparseGPU/Formats/IndexArray.h"
#include "SparseGPU/Support/Expected.h"

#include <string_view>
#include <vector>

namespace sparsegpu::formats {

/// What packing does with several entries at one place.
enum class Duplicates { Sum, Refuse };

/// What is asked of every packer, whatever the format.
struct PackOptions {
  /// Bits of a position and of a coordinate: 0 (index), 8, 16, 32 or 64.
  unsigned positionWidth = 0;
  unsigned coordinateWidth = 0;
  /// Float or integer, not Index.
  ElementType valueType = ElementType::F32;
  Duplicates duplicates = Duplicates::Sum;
  /// Drop entries whose value, after summing and before rounding to the value
  /// type, is zero.
  bool dropZeros = false;
  Overflow overflow = Overflow::Refuse;
  /// For formats of blocks, vectors and N:M: an error where a zero would be
  /// stored for a place of the matrix that has no entry. The matrix has the
  /// pattern of the format, or is not packed. Rows and columns beyond the last
  /// are no places of the matrix.
  bool refusePadding = false;
  /// For a format that stores a permutation of the rows: row i of the packed
  /// matrix is row rowPermutation[i] of the original. All rows once; numbers up
  /// to a multiple of the format's group that are no rows may be left out, and
  /// come last then. Empty: the format chooses.
  std::vector<int64_t> rowPermutation = {};
};

/// A whole number that a format is given, for example the rows of a block.
struct ParameterSpec {
  std::string_view name;
  int64_t defaultValue, smallest, largest;
  std::string_view description;
  /// Where the numbers stand for choices: the name of each, from `smallest` to
  /// `largest`.
  std::vector<std::string_view> choices = {};
};

/// A matrix in compressed rows, columns ascending strictly within each row, in
/// the caller's memory.
struct CsrSource {
  int64_t rows, cols;
  IndexArray positions, coordinates;
  ElementType valueType;
  const std::byte *values;

  int64_t nnz() const { return positions[rows]; }
};

/// A storage format. Implementations have no state and are thread-safe.
class Format {
public:
  virtual ~Format();

  /// Lower case, as in the encoding attribute: "csr".
  virtual std::string_view name() const = 0;
  virtual std::vector<ParameterSpec> parameters() const { return {}; }
  /// An error when parameters, each in its range, do not fit together.
  virtual Status checkTogether(const std::vector<int64_t> &parameters) const;
  /// Whether PackOptions::rowPermutation is stored.
  virtual bool storesRowPermutation() const { return false; }
  /// The same with these parameters, where it depends on them.
  virtual bool
  storesRowPermutationFor(const std::vector<int64_t> &parameters) const;
  /// The fields in the order of the ABI.
  virtual std::vector<FieldSpec> fields() const = 0;
  /// The fields with these parameters, where they depend on them: then fields()
  /// are those of the defaults.
  virtual std::vector<FieldSpec>
  fieldsFor(const std::vector<int64_t> &parameters) const;
  /// The size in bytes as a formula in the fields' sizes and the bytes p of a
  /// position, c of a coordinate, v of a value.
  virtual std::string_view sizeFormula() const = 0;

  /// Packs `matrix` with one number per parameter. The values keep their type,
  /// which is that of `options`; of the options only the widths, refusePadding
  /// and rowPermutation matter here.
  /// Errors: a parameter out of range; an index that does not fit its width;
  /// not enough memory; what the format cannot store; padding, when refused.
  virtual Expected<PackedMatrix> pack(const CsrSource &matrix,
                                      const std::vector<int64_t> &parameters,
                                      const PackOptions &options) const = 0;

  /// Compressed rows (64-bit positions and coordinates) with the same values,
  /// after check().
  virtual Expected<PackedMatrix> unpack(const PackedMatrix &packed) const = 0;

  /// Checks the format's invariants and names the first that is violated, with
  /// the place.
  virtual Status check(const PackedMatrix &packed) const = 0;
};

/// The project's formats, each once, in the order of their documentation.
const std::vector<const Format *> &allFormats();

/// The project's format of that name, or null.
const Format *findFormat(std::string_view name);

/// Packs triplets in any order into `format`. `parameters` may be empty: the
/// defaults.
Expected<PackedMatrix> pack(const CooMatrix &matrix, const Format &format,
                            const std::vector<int64_t> &parameters,
                            const PackOptions &options);

/// The triplets that `packed` stores, by rows.
Expected<CooMatrix> unpack(const PackedMatrix &packed, const Format &format);

/// The storage of a matrix packed as compressed rows, without a check.
/// Requires the fields of "csr".
CsrSource asCsrSource(const PackedMatrix &csr);

/// For implementations of Format.

/// An error when `parameters` are not as `format` says.
Status checkParameters(const Format &format,
                       const std::vector<int64_t> &parameters);

/// The most rows and columns of a matrix in any format but "csr": the end of a
/// block or a window beyond the last one still fits 64 bits.
constexpr int64_t maxPackedSize = int64_t(1) << 62;

/// An error when a size is negative or more than maxPackedSize.
Status checkShape(int64_t rows, int64_t cols);

/// An error when the fields of `packed` are not those of `format` in number,
/// name and size in bytes, or its parameters are not in range, or its shape is
/// not (checkShape).
Status checkFields(const Format &format, const PackedMatrix &packed);

/// The integer type of `width` bits, or an error that names the rule: an
/// unknown width, or `largest` that it cannot hold. `what` is for example
/// "position".
Expected<ElementType> checkedIndexType(std::string_view what, unsigned width,
                                       int64_t largest);

/// Storage of `format` for `matrix`, all zero, with `counts` elements in the
/// fields: positions and coordinates as `options` say, values of the matrix's
/// type. `largestPosition` and `largestCoordinate` must fit.
Expected<PackedMatrix>
allocatePacked(const Format &format, const CsrSource &matrix,
               const std::vector<int64_t> &parameters,
               const PackOptions &options, int64_t largestPosition,
               int64_t largestCoordinate, const std::vector<int64_t> &counts);

/// Stores index `value` as element `i` of `field`, which it must fit.
void storeIndex(Field &field, int64_t i, int64_t value);

/// True if the value at `index` of `values`, `width` bytes each, has no bit
/// set: what padding is filled with. A zero that is stored as an entry goes to
/// PackedMatrix::explicitZeros.
bool isPadding(const std::byte *values, size_t width, int64_t index);

/// True if element `place` of the field "values", which is `values`, is an
/// entry of the matrix: not padding, or a zero that explicitZeros names.
bool isEntry(const PackedMatrix &packed, const Field &values, int64_t place);

/// What PackOptions::refusePadding says of a place without an entry. `unit` is
/// for example "block 3".
Error refusedPadding(int64_t row, int64_t col, std::string_view unit);

/// Appends a field with `indices`, which fit `type`.
Status appendIndices(PackedMatrix &packed, const FieldSpec &spec,
                     ElementType type, const std::vector<int64_t> &indices);

/// The entries that `packed` says it has, and at most its values: what a
/// CsrBuilder that unpacks it will hold, unless its fields are wrong.
int64_t expectedEntries(const PackedMatrix &packed);

/// Builds compressed rows from entries that come row by row.
class CsrBuilder {
public:
  /// Takes memory for `entries` entries at once; there may be more.
  CsrBuilder(int64_t rows, int64_t cols, ElementType valueType,
             int64_t entries = 0);

  /// Adds an entry to the current row; columns ascend within a row.
  void add(int64_t col, const std::byte *value);
  /// Ends the current row.
  void endRow() { append(positions, entries()); }

  /// The matrix; rows that were not ended are empty.
  Expected<PackedMatrix> finish();

private:
  int64_t entries() const {
    return static_cast<int64_t>(cols.size() / sizeof(int64_t));
  }
  static void append(Bytes &bytes, int64_t number);

  int64_t rowCount, colCount;
  ElementType valueType;
  size_t width;
  /// As the fields hold them, 64 bits for an index.
  Bytes positions, cols, values;
};

} // namespace sparsegpu::formats

#endif // SPARSEGPU_FORMATS_FORMAT_H
