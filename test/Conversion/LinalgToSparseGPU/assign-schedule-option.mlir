// The forms of the option: fields, fields in brackets, an attribute, an array.
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule=warps=8,coarsening=4" | FileCheck %s --check-prefix=ONE
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule={warps = 8, coarsening = 4}" | FileCheck %s --check-prefix=ONE
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule={#sparse_gpu.schedule<warps = 8, coarsening = 4>}" | FileCheck %s --check-prefix=ONE
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule={[#sparse_gpu.schedule<warps = 8, when = [n ge 64]>, #sparse_gpu.schedule<lanes = 16>]}" | FileCheck %s --check-prefix=TWO
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule=" | FileCheck %s --check-prefix=NONE
// RUN: sparse-opt %s --sparse-gpu-assign-schedule="schedule={ }" | FileCheck %s --check-prefix=NONE

// ONE:  schedules [#sparse_gpu.schedule<unit = row, warps = 8, coarsening = 4>]
// TWO:  schedules [#sparse_gpu.schedule<unit = row, warps = 8, when = [n ge 64]>, #sparse_gpu.schedule<unit = row, lanes = 16>]
// NONE: schedules [#sparse_gpu.schedule<unit = row, coarsening = 2>]
// Given ones stay, whatever the option says.
// ONE:  schedules [#sparse_gpu.schedule<unit = row, unroll = 1>]
// TWO:  schedules [#sparse_gpu.schedule<unit = row, unroll = 1>]
func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, %B: tensor<?x64xf32>,
             %C: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%B : tensor<?x64xf32>)
    outs(%C : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>) b(%0 : tensor<?x64xf32>)
    outs(%C : tensor<?x64xf32>)
    schedules [#sparse_gpu.schedule<unroll = 1>] -> tensor<?x64xf32>
  return %1 : tensor<?x64xf32>
}
