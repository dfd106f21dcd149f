// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-map-to-gpu{chip=fast}))' --verify-diagnostics

func.func @f(%n: index) {
  // expected-error @+1 {{option 'chip' must be sm_ and a number, got 'fast'}}
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}
