// Slices as operands, with steps and offsets, and as result: C[3:8:4, 3:6:2] +=
// A[1:5:3, 2:8:2] * B[4:7, 1:7:5], all counted from 0 on. Nothing else changes.
//
// DEFINE: %{run} = sparse-run %s --hazards --input A=iota:9x9 --input B=iota:9x9 --input C=iota:9x9 --output 0=-
// RUN: %{run} | FileCheck %s
// RUN: %{run} --schedule "scope = block, path = mma, tile = [16, 16, 16], warp_tile = [16, 16], copy = 0, split_k = 2" | FileCheck %s
// CHECK: MatrixMarket
// CHECK: {{^}}12{{$}}
// CHECK-NEXT: {{^}}21{{$}}
// CHECK-NEXT: {{^}}1860{{$}}
// CHECK-NEXT: {{^}}39{{$}}
// CHECK-NEXT: {{^}}48{{$}}
// CHECK-NEXT: {{^}}57{{$}}
// CHECK-NEXT: {{^}}5622{{$}}
// CHECK-NEXT: {{^}}75{{$}}
// CHECK-NEXT: {{^}}4{{$}}
// CHECK: {{^}}23{{$}}
// CHECK-NEXT: {{^}}2057{{$}}
// CHECK: {{^}}6224{{$}}

func.func @f(%A: tensor<?x?xf16> {sparse_gpu.name = "A"}, %B: tensor<9x9xf16> {sparse_gpu.name = "B"},
             %C: tensor<9x9xf32> {sparse_gpu.name = "C"}) -> tensor<9x9xf32> {
  %a = tensor.extract_slice %A[1, 2] [2, 3] [3, 2] : tensor<?x?xf16> to tensor<2x3xf16>
  %b = tensor.extract_slice %B[4, 1] [3, 2] [1, 5] : tensor<9x9xf16> to tensor<3x2xf16>
  %c = tensor.extract_slice %C[3, 3] [2, 2] [4, 2] : tensor<9x9xf32> to tensor<2x2xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<2x3xf16>, tensor<3x2xf16>) outs(%c : tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = tensor.insert_slice %0 into %C[3, 3] [2, 2] [4, 2] : tensor<2x2xf32> into tensor<9x9xf32>
  return %1 : tensor<9x9xf32>
}
