//===- ConversionCAPI.h - Conversions of compiled programs
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What sparse_gpu.convert becomes in a compiled program: calls of these
// functions of libsparsegpu_formats.so, in this order:
//
//   begin, from, parameter*, field*, to, parameter*, run, (count, take)*, end
//
// A compiled program has nowhere to return an error to. So what goes wrong is
// written to standard error, with the text that `begin` was given, and the
// process ends with status 1, without running exit handlers. Programs that want
// errors back use CAPI.h.
//
// Addresses are whole numbers here, as compiled code has them.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_FORMATS_CONVERSIONCAPI_H
#define SPARSEGPU_FORMATS_CONVERSIONCAPI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sparsegpu_conversion sparsegpu_conversion;

/** A conversion of a rows x cols matrix. `operation` begins messages; it is
 * copied. */
sparsegpu_conversion *sparsegpu_conversion_begin(const char *operation,
                                                 int64_t rows, int64_t cols);

/** The format of the operand ("dense" or a format's name), the widths of its
 * positions and coordinates in bits (0: index), and the type of its values.
 * Its parameters and its fields follow. */
void sparsegpu_conversion_from(sparsegpu_conversion *conversion,
                               const char *format, int64_t position_width,
                               int64_t coordinate_width,
                               const char *value_type);

/** The format of the result, likewise; the type of values stays. */
void sparsegpu_conversion_to(sparsegpu_conversion *conversion,
                             const char *format, int64_t position_width,
                             int64_t coordinate_width);

/** The next parameter of the format that was named last. */
void sparsegpu_conversion_parameter(sparsegpu_conversion *conversion,
                                    int64_t value);

/** The next field of the operand: `count` elements at `address`, which stay
 * the caller's, and must stay until `run`. A dense matrix has one, row by
 * row. */
void sparsegpu_conversion_field(sparsegpu_conversion *conversion,
                                int64_t address, int64_t count);

/** Prunes first, by magnitude, to the pattern that the result's format stores:
 * `sparsity`, in [0, 1), is the part of the places that goes; the numbers of
 * N:M and V:N:M say theirs. */
void sparsegpu_conversion_prune(sparsegpu_conversion *conversion,
                                double sparsity);

/** Converts. */
void sparsegpu_conversion_run(sparsegpu_conversion *conversion);

/** Elements of a field of the result. */
int64_t sparsegpu_conversion_count(sparsegpu_conversion *conversion,
                                   int64_t field);

/** Copies a field of the result to `address`, once. */
void sparsegpu_conversion_take(sparsegpu_conversion *conversion, int64_t field,
                               int64_t address);

/** Frees the conversion. */
void sparsegpu_conversion_end(sparsegpu_conversion *conversion);

#ifdef __cplusplus
}
#endif

#endif /* SPARSEGPU_FORMATS_CONVERSIONCAPI_H */
