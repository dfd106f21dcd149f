//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// C = A * B in f16 with accumulators in f32, pipelined over shared memory and
// registers: the kernel that a tile schedule describes, by hand. It is compiled
// for the registers that ptxas gives it, and is not run. The macros WARPS_M,
// WARPS_N, WARP_TILE_M, WARP_TILE_N, TILE_K, STAGES and REGISTER_STAGES choose
// the schedule; REGISTER_STAGES divides TILE_K / 16.
//
//===----------------------------------------------------------------------===//

#include <cuda_fp16.h>

constexpr int threads = 32 * WARPS_M * WARPS_N;
constexpr int tileM = WARPS_M * WARP_TILE_M, tileN = WARPS_N * WARP_TILE_N;
constexpr int fragmentsM = WARP_TILE_M / 16, fragmentsN = WARP_TILE_N / 8;
constexpr int steps = TILE_K / 16;

/// The byte of a buffer with rows of `rowBytes`, units of 16 bytes exchanged.
__device__ unsigned swizzled(unsigned row, unsigned byte, unsigned rowBytes) {
  unsigned offset = row * rowBytes + byte;
  return offset ^ (((offset >> 7) & 7) << 4);
}

/// Copies `bytes` of 16, and zeros for the rest.
__device__ void copyAsync(unsigned to, const half *from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to),
               "l"(from), "r"(bytes));
}

/// A tile of Rows x Columns from (row, column) on, of a matrix in rows.
template <int Rows, int Columns>
__device__ void copyTile(unsigned to, const half *from, int row, int column,
                         int rows, int columns, int stride) {
  constexpr int perRow = Columns / 8;
#pragma unroll
  for (int i = 0; i < (Rows * perRow + threads - 1) / threads; ++i) {
    int copy = threadIdx.x + i * threads;
    int r = row + copy / perRow, c = column + copy % perRow * 8;
    int bytes = r < rows && c < columns ? min(16, 2 * (columns - c)) : 0;
    copyAsync(to + swizzled(copy / perRow, copy % perRow * 16, 2 * Columns),
              from + static_cast<long>(r) * stride + c, bytes);
  }
}

struct Fragments {
  unsigned a[fragmentsM][4], b[fragmentsN][2];
};

__device__ void loadFragments(Fragments &f, unsigned a, unsigned b, int step,
                              int warpM, int warpN) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int i = 0; i < fragmentsM; ++i)
    asm volatile(
        "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
        : "=r"(f.a[i][0]), "=r"(f.a[i][1]), "=r"(f.a[i][2]), "=r"(f.a[i][3])
        : "r"(a + swizzled(warpM + 16 * i + lane % 16,
                           32 * step + lane / 16 * 16, 2 * TILE_K)));
  unsigned row = 16 * step + lane % 16;
  if (fragmentsN == 1)
    asm volatile(
        "ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
        : "=r"(f.b[0][0]), "=r"(f.b[0][1])
        : "r"(b + swizzled(row, 2 * warpN, 2 * tileN)));
#pragma unroll
  for (int j = 0; j + 1 < fragmentsN; j += 2)
    asm volatile(
        "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, "
        "[%4];"
        : "=r"(f.b[j][0]), "=r"(f.b[j][1]), "=r"(f.b[j + 1][0]),
          "=r"(f.b[j + 1][1])
        : "r"(b +
              swizzled(row, 2 * (warpN + 8 * j) + lane / 16 * 16, 2 * tileN)));
}

__device__ void multiply(float (&c)[4], const unsigned (&a)[4],
                         const unsigned (&b)[2]) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
               "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
               "{%0, %1, %2, %3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]),
                 "r"(b[1]));
}

__device__ int nextSlot(int slot) { return slot + 1 == STAGES ? 0 : slot + 1; }

/// All stages but STAGES - 2 are there, and nobody reads the one before.
__device__ void waitForStage() {
  asm volatile("cp.async.wait_group %0;" ::"n"(STAGES > 1 ? STAGES - 2 : 0));
  __syncthreads();
}

extern "C" __global__
__launch_bounds__(threads) void matmul(const half *a, const half *b, half *c,
                                       int m, int n, int k, int strideA,
                                       int strideB, int strideC) {
  extern __shared__ __align__(128) char memory[];
  unsigned tilesA = __cvta_generic_to_shared(memory);
  unsigned tilesB = tilesA + STAGES * tileM * TILE_K * 2;
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  int warpM = warp / WARPS_N * WARP_TILE_M,
      warpN = warp % WARPS_N * WARP_TILE_N;
  int blockM = blockIdx.y * tileM, blockN = blockIdx.x * tileN;
  float sums[fragmentsM][fragmentsN][4] = {};
  Fragments fragments[REGISTER_STAGES];

  auto copyStage = [&](int stage, int slot) {
    copyTile<tileM, TILE_K>(tilesA + slot * tileM * TILE_K * 2, a, blockM,
                            stage * TILE_K, m, k, strideA);
    copyTile<TILE_K, tileN>(tilesB + slot * TILE_K * tileN * 2, b,
                            stage * TILE_K, blockN, k, n, strideB);
    asm volatile("cp.async.commit_group;");
  };
  auto load = [&](int slot, int step, int to) {
    loadFragments(fragments[to], tilesA + slot * tileM * TILE_K * 2,
                  tilesB + slot * TILE_K * tileN * 2, step, warpM, warpN);
  };

  for (int stage = 0; stage < STAGES - 1; ++stage)
    copyStage(stage, stage);
  waitForStage();
#pragma unroll
  for (int step = 0; step < REGISTER_STAGES - 1; ++step)
    load(0, step, step);
  int slot = 0, filled = STAGES - 1;
  for (int stage = 0; stage < (k + TILE_K - 1) / TILE_K; ++stage) {
    copyStage(stage + STAGES - 1, filled);
#pragma unroll
    for (int step = 0; step < steps; ++step) {
      // The loads run ahead of the products, into the next stage.
      int ahead = step + REGISTER_STAGES - 1;
      if (ahead == steps || (REGISTER_STAGES == 1 && step == 0))
        waitForStage();
      load(ahead >= steps ? nextSlot(slot) : slot, ahead % steps,
           ahead % REGISTER_STAGES);
#pragma unroll
      for (int i = 0; i < fragmentsM; ++i)
#pragma unroll
        for (int j = 0; j < fragmentsN; ++j)
          multiply(sums[i][j], fragments[step % REGISTER_STAGES].a[i],
                   fragments[step % REGISTER_STAGES].b[j]);
    }
    slot = nextSlot(slot);
    filled = nextSlot(filled);
  }

#pragma unroll
  for (int i = 0; i < fragmentsM; ++i)
#pragma unroll
    for (int j = 0; j < fragmentsN; ++j)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        int row = blockM + warpM + 16 * i + lane / 4 + e / 2 * 8;
        int column = blockN + warpN + 8 * j + lane % 4 * 2 + e % 2;
        if (row < m && column < n)
          c[static_cast<long>(row) * strideC + column] =
              __float2half(sums[i][j][e]);
      }
}
