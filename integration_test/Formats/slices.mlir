// Slices of B and C with offsets and steps, in host memory: blocks on tensor cores
// give the numbers that warps give, and touch nothing else. All are whole numbers,
// so that sums are exact.
//
// REQUIRES: sparse-run, emulator
// RUN: %python -c "print('%%%%MatrixMarket matrix coordinate integer general\n17 30 85'); [print(i % 17 + 1, (7 * i + i // 17) % 30 + 1, i % 5 - 2) for i in range(85)]" > %t.mtx
// DEFINE: %{run} = sparse-run --hazards --input A=%t.mtx --input B=iota:40x48 --input C=iota:20x60 --output 0=-
// RUN: sed 's/SCHEDULES/schedules [#sparse_gpu.schedule]/' %s > %t.warps.mlir
// RUN: sed 's/SCHEDULES//' %s > %t.blocks.mlir
// RUN: %{run} %t.warps.mlir | sed -n '/MatrixMarket/,$p' > %t.warps
// RUN: %{run} %t.blocks.mlir | sed -n '/MatrixMarket/,$p' > %t.blocks
// RUN: diff %t.warps %t.blocks
// RUN: FileCheck %s < %t.blocks
// CHECK: 20 60

#block = #sparse_gpu.shuffled_block<v = 16>
func.func @f(%A: tensor<?x?xf16, #block> {sparse_gpu.name = "A"}, %B: tensor<40x48xf16> {sparse_gpu.name = "B"},
             %C: tensor<20x60xf32> {sparse_gpu.name = "C"}) -> tensor<20x60xf32> {
  %one = arith.constant 1.0 : f32
  %b = tensor.extract_slice %B[3, 5] [30, 20] [1, 2] : tensor<40x48xf16> to tensor<30x20xf16>
  %c = tensor.extract_slice %C[2, 7] [17, 20] [1, 2] : tensor<20x60xf32> to tensor<17x20xf32>
  %0 = sparse_gpu.spmm a(%A : tensor<?x?xf16, #block>) b(%b : tensor<30x20xf16>) outs(%c : tensor<17x20xf32>) beta(%one : f32) SCHEDULES -> tensor<17x20xf32>
  %1 = tensor.insert_slice %0 into %C[2, 7] [17, 20] [1, 2] : tensor<17x20xf32> into tensor<20x60xf32>
  return %1 : tensor<20x60xf32>
}
