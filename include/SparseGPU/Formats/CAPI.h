//===- CAPI.h - C interface of the packers
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C interface of libsparsegpu_formats.so, for conversions at run time and
// for other languages. A handle owns one matrix, its packed storage and the
// text of its last error. Handles are independent; one handle must not be used
// by two threads at a time.
//
// Functions that can fail return 0 on success and -1 on failure, and leave a
// message for sparsegpu_matrix_last_error. A failed call changes nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CAPI_H
#define SPARSEGPU_FORMATS_CAPI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sparsegpu_matrix sparsegpu_matrix;

/** A handle without a matrix, to be destroyed with sparsegpu_matrix_destroy;
 * null when memory is exhausted. */
sparsegpu_matrix *sparsegpu_matrix_create(void);

/** Frees the handle and all storage that it gave out. Null is allowed. */
void sparsegpu_matrix_destroy(sparsegpu_matrix *matrix);

/** The message of the last call on this handle that failed, valid until the
 * next call; "" when none did. */
const char *sparsegpu_matrix_last_error(const sparsegpu_matrix *matrix);

/** Reads a Matrix Market or .smtx file, gzip-compressed or not; "-" is
 * standard input. Replaces the matrix and drops packed storage. */
int sparsegpu_matrix_read(sparsegpu_matrix *matrix, const char *path);

/** Sets the matrix from `entries` triplets, counted from 0, which are copied.
 * The arrays may be null when entries is 0. */
int sparsegpu_matrix_set(sparsegpu_matrix *matrix, int64_t rows, int64_t cols,
                         int64_t entries, const int64_t *row,
                         const int64_t *col, const double *value);

/** Sets the matrix from packed storage, the inverse of
 * sparsegpu_matrix_pack_with: `data` points to the arrays of the `fields`
 * fields in the order of the ABI, of `counts` elements each. The invariants of
 * the format are checked. */
int sparsegpu_matrix_unpack(sparsegpu_matrix *matrix, const char *format,
                            int parameters, const int64_t *values,
                            unsigned position_width, unsigned coordinate_width,
                            const char *value_type, int64_t rows, int64_t cols,
                            int fields, const void *const *data,
                            const int64_t *counts);

/** Moves the entries that a rule takes into the matrix of `part`, for a sum of
 * parts in several formats (docs/Formats/Sum.md): pack each part for itself;
 * the storage of the sum is that of its parts, one after the other. `rule` is
 * "first_entries", "long_rows" or "full_blocks", `amount` its number; `rows`
 * and `cols` are the size of a block. Entries at one place are added up first.
 * Packed storage of both is dropped. */
int sparsegpu_matrix_split(sparsegpu_matrix *matrix, const char *rule,
                           int64_t amount, int64_t rows, int64_t cols,
                           sparsegpu_matrix *part);

/** The triplets of the matrix, sparsegpu_matrix_entries of each, valid until it
 * is replaced or destroyed; null when there are none. */
const int64_t *sparsegpu_matrix_entry_rows(const sparsegpu_matrix *matrix);
const int64_t *sparsegpu_matrix_entry_cols(const sparsegpu_matrix *matrix);
const double *sparsegpu_matrix_entry_values(const sparsegpu_matrix *matrix);

/** Rows and columns of the matrix; 0 when there is none. */
int64_t sparsegpu_matrix_rows(const sparsegpu_matrix *matrix);
int64_t sparsegpu_matrix_cols(const sparsegpu_matrix *matrix);

/** Entries as read or set, before packing adds up those at one place. */
int64_t sparsegpu_matrix_entries(const sparsegpu_matrix *matrix);

/** Packs the matrix with the format's default parameters. `format` is "csr",
 * "bsr", … (docs/Formats). Widths are in bits: 0 (index, 64), 8,
 * 16, 32 or 64. `value_type` is "f64", "f32", "f16", "bf16", "i8", "i16",
 * "i32" or "i64". Entries at one place are added up. */
int sparsegpu_matrix_pack(sparsegpu_matrix *matrix, const char *format,
                          unsigned position_width, unsigned coordinate_width,
                          const char *value_type);

/** As sparsegpu_matrix_pack, with `parameters` numbers at `values`, in the
 * order of the format's documentation (BSR: rows and columns of a block); a
 * choice is the number that is documented there; 0 of them: the defaults. */
int sparsegpu_matrix_pack_with(sparsegpu_matrix *matrix, const char *format,
                               int parameters, const int64_t *values,
                               unsigned position_width,
                               unsigned coordinate_width,
                               const char *value_type);

/** Entries in the packed storage; 0 when nothing is packed. */
int64_t sparsegpu_matrix_nnz(const sparsegpu_matrix *matrix);

/** The number of fields of the packed storage; 0 when nothing is packed. The
 * fields come in the order of the format's ABI (CSR: positions, coordinates,
 * values). */
int sparsegpu_matrix_num_fields(const sparsegpu_matrix *matrix);

/** Name, element type ("i32", "f16", "index"), number of elements and data of
 * a field. An index out of range gives null and 0. Data is valid until the
 * matrix is packed or replaced again, or destroyed. */
const char *sparsegpu_matrix_field_name(const sparsegpu_matrix *matrix,
                                        int field);
const char *sparsegpu_matrix_field_type(const sparsegpu_matrix *matrix,
                                        int field);
int64_t sparsegpu_matrix_field_count(const sparsegpu_matrix *matrix, int field);
void *sparsegpu_matrix_field_data(sparsegpu_matrix *matrix, int field);

#ifdef __cplusplus
}
#endif

#endif /* SPARSEGPU_FORMATS_CAPI_H */
