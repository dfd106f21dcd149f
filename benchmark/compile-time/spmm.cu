//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C += A * B with A in CSR, written by hand: the row-split kernel of GE-SpMM
// (SC 2020) with coalesced row caching and two columns per lane, which is what
// sparse-opt makes of spmm-*.mlir for more than 16 columns.
//
//===----------------------------------------------------------------------===//

constexpr int warpsPerBlock = 4;
constexpr int step = 32;

template <int Columns>
__device__ void rows(const int *__restrict__ positions,
                     const int *__restrict__ coordinates,
                     const float *__restrict__ values,
                     const float *__restrict__ b, float *__restrict__ c,
                     int numRows, int numColumns) {
  __shared__ int stagedOffset[warpsPerBlock][step];
  __shared__ float stagedValue[warpsPerBlock][step];
  const int n = Columns ? Columns : numColumns;
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int column = blockIdx.y * 64 + lane;
  const bool has[2] = {column < n, column + 32 < n};
  for (int row = blockIdx.x * warpsPerBlock + warp; row < numRows;
       row += gridDim.x * warpsPerBlock) {
    float sum[2] = {0.0f, 0.0f};
    const int end = positions[row + 1];
    for (int begin = positions[row]; begin < end; begin += step) {
      const int count = min(step, end - begin);
      __syncwarp();
      if (lane < count) {
        stagedOffset[warp][lane] = coordinates[begin + lane] * n;
        stagedValue[warp][lane] = values[begin + lane];
      }
      __syncwarp();
#pragma unroll 4
      for (int i = 0; i < count; ++i) {
        const float value = stagedValue[warp][i];
        const float *bRow = b + stagedOffset[warp][i] + column;
        if (has[0])
          sum[0] += value * bRow[0];
        if (has[1])
          sum[1] += value * bRow[32];
      }
    }
    float *cRow = c + (long long)row * n + column;
    if (has[0])
      cRow[0] += sum[0];
    if (has[1])
      cRow[32] += sum[1];
  }
}

extern "C" __global__ void __launch_bounds__(32 * warpsPerBlock)
    spmm64(const int *positions, const int *coordinates, const float *values,
           const float *b, float *c, int numRows) {
  rows<64>(positions, coordinates, values, b, c, numRows, 64);
}

#ifndef STATIC_ONLY
extern "C" __global__ void __launch_bounds__(32 * warpsPerBlock)
    spmm(const int *positions, const int *coordinates, const float *values,
         const float *b, float *c, int numRows, int numColumns) {
  rows<0>(positions, coordinates, values, b, c, numRows, numColumns);
}
#endif
