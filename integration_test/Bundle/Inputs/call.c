/* Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls the function of a bundle: C += A * B in f32, and compares with double.
 * With -DHOST its operands are in host memory. */

#include "spmm.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { M = 100, K = 60, N = 7 };

void *mgpuMemAlloc(uint64_t bytes, void *stream, bool isHostShared);
void mgpuMemFree(void *pointer, void *stream);
void mgpuMemcpy(void *to, void *from, size_t bytes, void *stream);
void *mgpuStreamCreate(void);
void mgpuStreamDestroy(void *stream);
void mgpuStreamSynchronize(void *stream);

#ifndef HOST
static void *stream;
#endif

/* The memory that the program takes the operand in. */
static void *place(void *data, size_t bytes) {
#ifdef HOST
  (void)bytes;
  return data;
#else
  void *memory = mgpuMemAlloc(bytes, stream, false);
  mgpuMemcpy(memory, data, bytes, stream);
  return memory;
#endif
}

static struct sparsegpu_memref_1 vector(void *data, int64_t size) {
  struct sparsegpu_memref_1 memref = {data, data, 0, {size}, {1}};
  return memref;
}

static struct sparsegpu_memref_2 matrix(void *data, int64_t m, int64_t n) {
  struct sparsegpu_memref_2 memref = {data, data, 0, {m, n}, {n, 1}};
  return memref;
}

static float number(void) { return (float)rand() / (float)RAND_MAX - 0.5f; }

int main(void) {
  static int32_t positions[M + 1], coordinates[M * K];
  static float values[M * K], b[K * N], c[M * N], d[M * N];
  int entries = 0, wrong = 0;
  for (int row = 0; row < M; ++row) {
    positions[row] = entries;
    for (int column = 0; column < K; ++column)
      if (row % 7 != 3 && rand() % 6 == 0) {
        coordinates[entries] = column;
        values[entries++] = number();
      }
  }
  positions[M] = entries;
  for (int i = 0; i < K * N; ++i)
    b[i] = number();
  for (int i = 0; i < M * N; ++i)
    d[i] = c[i] = number();

#ifndef HOST
  stream = mgpuStreamCreate();
#endif
  struct sparsegpu_memref_1 p =
      vector(place(positions, sizeof(positions)), M + 1);
  struct sparsegpu_memref_1 x =
      vector(place(coordinates, sizeof(coordinates)), entries);
  struct sparsegpu_memref_1 v = vector(place(values, sizeof(values)), entries);
  struct sparsegpu_memref_2 bd = matrix(place(b, sizeof(b)), K, N);
  struct sparsegpu_memref_2 cd = matrix(place(d, sizeof(d)), M, N), result;
#ifdef HOST
  _mlir_ciface_spmm(&result, &p, &x, &v, M, K, &bd, &cd);
  memmove(d, (float *)result.aligned + result.offset, sizeof(d));
#else
  _mlir_ciface_spmm(&result, &p, &x, &v, M, K, &bd, &cd, stream);
  mgpuMemcpy(d, (float *)result.aligned + result.offset, sizeof(d), stream);
  mgpuStreamSynchronize(stream);
  void *memory[] = {p.allocated, x.allocated, v.allocated, bd.allocated,
                    cd.allocated};
  for (int i = 0; i < 5; ++i)
    mgpuMemFree(memory[i], stream);
  mgpuStreamDestroy(stream);
#endif
  if (result.sizes[0] != M || result.sizes[1] != N || result.strides[0] != N)
    ++wrong;
  for (int row = 0; row < M; ++row)
    for (int n = 0; n < N; ++n) {
      double sum = c[row * N + n], scale = fabs(sum);
      for (int e = positions[row]; e < positions[row + 1]; ++e) {
        double product = (double)values[e] * b[coordinates[e] * N + n];
        sum += product;
        scale += fabs(product);
      }
      double bound = (positions[row + 1] - positions[row] + 2) * 6e-8 * scale;
      wrong += !(fabs(d[row * N + n] - sum) <= bound);
    }
  printf("%d elements, %d wrong\n", M * N, wrong);
  return wrong != 0;
}
