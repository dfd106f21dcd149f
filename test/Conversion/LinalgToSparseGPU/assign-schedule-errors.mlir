// Schedules that an operation or its format cannot use.
// RUN: sparse-opt %s --sparse-gpu-assign-schedule --split-input-file --verify-diagnostics
// The text of the option is an attribute, or none.
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="chip=fast" 2>&1 | FileCheck %s --check-prefix=NOCHIP
// NOCHIP: error: option 'chip' must be sm_ and a number, got 'fast'
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="schedule=wraps=4" 2>&1 | FileCheck %s --check-prefix=FIELD
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="schedule=warps=64" 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="schedule={#sparse_gpu.csr}" 2>&1 | FileCheck %s --check-prefix=CSR
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="schedule={[]}" 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: echo "" | not sparse-opt --sparse-gpu-assign-schedule="schedule={[1 : i32]}" 2>&1 | FileCheck %s --check-prefix=NUMBER
// FIELD:  error: unknown schedule field 'wraps'
// FIELD:  error: option 'schedule' is not a schedule: 'wraps=4'
// RANGE:  error: schedule field 'warps' must be 1 to 32, got 64 (SCH-2)
// CSR:    error: option 'schedule' is not a schedule: '#sparse_gpu.csr'
// EMPTY:  error: option 'schedule' is not a schedule: '[]'
// NUMBER: error: option 'schedule' is not a schedule: '[1 : i32]'

#csr = #sparse_gpu.csr
func.func @guarded(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{the last of an operation's schedules, and no other, must have no guards (SCH-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule, #sparse_gpu.schedule<when = [n gt 3]>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @empty(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{the last of an operation's schedules, and no other, must have no guards (SCH-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @unit(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{operand A of type 'tensor<?x?xf32, #sparse_gpu.csr>' cannot be computed by #sparse_gpu.schedule<unit = window>: #sparse_gpu.csr has no unit 'window'; it offers: row (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<unit = window>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @scope(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{unit 'row' of #sparse_gpu.csr is computed at scope 'warp' (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<scope = block>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @reduction(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{unit 'row' of #sparse_gpu.csr reduces by 'tile' (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    schedules [#sparse_gpu.schedule<reduction = segmented>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

#csr = #sparse_gpu.csr
func.func @lanes(%A: tensor<?x?xf32, #csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{schedule field 'lanes' must be 32 where 'reduce' is more than one operation (SCH-9)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    identity(0.0 : f32) schedules [#sparse_gpu.schedule<lanes = 8>]
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.mulf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.cmpf ogt, %a, %b : f32
      %2 = arith.select %1, %a, %b : f32
      sparse_gpu.yield %2 : f32
    } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// The second schedule could never be reached.
func.func @unreachable(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{the last of an operation's schedules, and no other, must have no guards (SCH-7)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) schedules [#sparse_gpu.schedule<unit = row>, #sparse_gpu.schedule<unit = row, lanes = 8>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// A padding zero is no entry, but min would see it.
#bsr = #sparse_gpu.bsr<rows = 4, columns = 4>
func.func @padding(%A: tensor<?x?xf32, #bsr>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error-re @+1 {{operand A of type '{{.*}}' stores zeros for places without an entry, which only (+, *) leaves out of the result; this operation has another 'reduce' (SCH-10)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #bsr>) b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
    identity(0x7F800000 : f32)
    combine {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.addf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%a: f32, %b: f32):
      %1 = arith.minimumf %a, %b : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

func.func @f(%A: tensor<?x?xf16>, %B: tensor<?x?xf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  // expected-error @+1 {{rows of A and B are not known to begin at multiples of 'copy' bytes; guard it by 'alignment ge 16', or copy 0 bytes at once (SCH-17)}}
  %0 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>) outs(%C : tensor<?x?xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>] -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// Rows of 36 f16 begin at multiples of 8 bytes.
func.func @f(%A: tensor<4x32xf16>, %B: tensor<32x36xf16>, %C: tensor<4x36xf32>) -> tensor<4x36xf32> {
  // expected-error @+1 {{(SCH-17)}}
  %0 = sparse_gpu.contract a(%A : tensor<4x32xf16>) b(%B : tensor<32x36xf16>) outs(%C : tensor<4x36xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>] -> tensor<4x36xf32>
  return %0 : tensor<4x36xf32>
}

// -----

func.func @f(%A: tensor<4x32xf16>, %B: tensor<32x36xf16>, %C: tensor<4x36xf32>) -> tensor<4x36xf32> {
  // expected-error @+1 {{it has no 'tile' (SCH-8)}}
  %0 = sparse_gpu.contract a(%A : tensor<4x32xf16>) b(%B : tensor<32x36xf16>) outs(%C : tensor<4x36xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<lanes = 8>] -> tensor<4x36xf32>
  return %0 : tensor<4x36xf32>
}

// -----

func.func @f(%A: tensor<4x32xf16>, %B: tensor<32x36xf16>, %C: tensor<4x36xf32>) -> tensor<4x36xf32> {
  // expected-error @+1 {{the last of an operation's schedules, and no other, must have no guards (SCH-7)}}
  %0 = sparse_gpu.contract a(%A : tensor<4x32xf16>) b(%B : tensor<32x36xf16>) outs(%C : tensor<4x36xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], when = [alignment ge 16]>] -> tensor<4x36xf32>
  return %0 : tensor<4x36xf32>
}

// -----

// Stages are no more than steps: two, which fit.
func.func @fits(%A: tensor<256x128xf16>, %B: tensor<128x256xf16>, %C: tensor<256x256xf32>) -> tensor<256x256xf32> {
  %0 = sparse_gpu.contract a(%A : tensor<256x128xf16>) b(%B : tensor<128x256xf16>) outs(%C : tensor<256x256xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [256, 256, 64], warp_tile = [64, 64], stages = 6>] -> tensor<256x256xf32>
  return %0 : tensor<256x256xf32>
}

// -----

func.func @f(%A: tensor<256x256xf16>, %B: tensor<256x256xf16>, %C: tensor<256x256xf32>) -> tensor<256x256xf32> {
  // expected-error @+1 {{its buffers take 262144 bytes of shared memory, and a block has 166912 on A100 (SCH-20)}}
  %0 = sparse_gpu.contract a(%A : tensor<256x256xf16>) b(%B : tensor<256x256xf16>) outs(%C : tensor<256x256xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [256, 256, 64], warp_tile = [64, 64], stages = 6>] -> tensor<256x256xf32>
  return %0 : tensor<256x256xf32>
}

// -----

// A shape says nothing of where a slice begins.
func.func @f(%all: tensor<64x64xf16>, %B: tensor<32x32xf16>, %C: tensor<32x32xf32>) -> tensor<32x32xf32> {
  %A = tensor.extract_slice %all[0, 1] [32, 32] [1, 1] : tensor<64x64xf16> to tensor<32x32xf16>
  // expected-error @+1 {{(SCH-17)}}
  %0 = sparse_gpu.contract a(%A : tensor<32x32xf16>) b(%B : tensor<32x32xf16>) outs(%C : tensor<32x32xf32>)
    maps [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>] -> tensor<32x32xf32>
  return %0 : tensor<32x32xf32>
}

// -----

// A block computes the rows of a unit, no more and no less.
#block = #sparse_gpu.shuffled_block<v = 32>
func.func @rows(%A: tensor<?x?xf16, #block>, %B: tensor<?x64xf16>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{'tile' must have the 32 rows of a unit of #sparse_gpu.shuffled_block (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x64xf16>) outs(%C : tensor<?x64xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>] -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

#block = #sparse_gpu.shuffled_block<v = 32>
func.func @turned(%A: tensor<?x?xf16, #block>, %B: tensor<?x64xf16>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{'tile' is for units that own rows of the result (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x64xf16>) outs(%C : tensor<?x64xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32]>] {transpose_a} -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

#block = #sparse_gpu.shuffled_block<v = 32>
func.func @split(%A: tensor<?x?xf16, #block>, %B: tensor<?x64xf16>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{'split_k' is for dense operands (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x64xf16>) outs(%C : tensor<?x64xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32], split_k = 2>] -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

#block = #sparse_gpu.shuffled_block<v = 32>
func.func @unaligned(%A: tensor<?x?xf16, #block>, %B: tensor<?x60xf16>, %C: tensor<?x60xf32>) -> tensor<?x60xf32> {
  // expected-error @+1 {{rows of B are not known to begin at multiples of 'copy' bytes; guard it by 'alignment ge' that many, or copy 0 bytes at once (SCH-17)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x60xf16>) outs(%C : tensor<?x60xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32]>] -> tensor<?x60xf32>
  return %0 : tensor<?x60xf32>
}

// -----

// Rows of 120 bytes: 8 at once.
#block = #sparse_gpu.shuffled_block<v = 32>
func.func @aligned(%A: tensor<?x?xf16, #block>, %B: tensor<?x60xf16>, %C: tensor<?x60xf32>) -> tensor<?x60xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x60xf16>) outs(%C : tensor<?x60xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32], copy = 8>] -> tensor<?x60xf32>
  return %0 : tensor<?x60xf32>
}

// -----

#blocks = #sparse_gpu.bsr<rows = 32, columns = 12>
func.func @columns(%A: tensor<?x?xf16, #blocks>, %B: tensor<?x64xf16>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{'tile' must have whole blocks of 12 columns of #sparse_gpu.bsr (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #blocks>) b(%B : tensor<?x64xf16>) outs(%C : tensor<?x64xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [32, 64, 32], warp_tile = [32, 32]>] -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

// Units of one row store no padding, so any sum is allowed but by blocks.
#one = #sparse_gpu.bsr<rows = 1, columns = 1>
func.func @semiring(%A: tensor<?x?xf32, #one>, %B: tensor<?x64xf32>, %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  // expected-error @+1 {{with 'tile' there are only sums of products (SCH-8)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #one>) b(%B : tensor<?x64xf32>) outs(%C : tensor<?x64xf32>) identity(0x7F800000 : f32)
    schedules [#sparse_gpu.schedule<scope = block, tile = [1, 64, 32], warp_tile = [1, 32]>]
    combine {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.addf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } reduce {
    ^bb0(%x: f32, %y: f32):
      %1 = arith.minimumf %x, %y : f32
      sparse_gpu.yield %1 : f32
    } -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}

// -----

// Four stages of 128 x 64 and 64 x 256 halves, and of 64 coordinates.
#block = #sparse_gpu.shuffled_block<v = 128>
func.func @shared(%A: tensor<?x?xf16, #block>, %B: tensor<?x256xf16>, %C: tensor<?x256xf32>) -> tensor<?x256xf32> {
  // expected-error @+1 {{its buffers take 197632 bytes of shared memory, and a block has 166912 on A100 (SCH-20)}}
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%B : tensor<?x256xf16>) outs(%C : tensor<?x256xf32>)
    schedules [#sparse_gpu.schedule<scope = block, path = mma, tile = [128, 256, 64], warp_tile = [64, 64], stages = 4>] -> tensor<?x256xf32>
  return %0 : tensor<?x256xf32>
}
