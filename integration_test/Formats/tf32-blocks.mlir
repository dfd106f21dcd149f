// f32 weights in shuffled blocks on tensor cores. Three products of tf32 are
// within the bound of f32. One is not, but where tf32 holds the elements, as it
// does small integers, it is exact.
// REQUIRES: sparse-run, emulator
// RUN: rm -rf %t && mkdir -p %t
// RUN: sparse-run %s --check --hazards --input A=random:200x130:0.2 --input B=random:?x61 --input C=random:?x? \
// RUN:   --schedule "scope = block, path = mma_3xtf32, tile = [64, 64, 32], warp_tile = [32, 32], stages = 3, register_stages = 2, copy = 0" | FileCheck %s
// RUN: not sparse-run %s --check --input A=random:200x130:0.2 --input B=random:?x61 --input C=random:?x? \
// RUN:   --schedule "scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], copy = 0" | FileCheck %s --check-prefix=ONE
// RUN: %python -c "import random; r = random.Random(5); e = [(i, j) for i in range(200) for j in range(130) if r.random() < .2]; print('%%%%MatrixMarket matrix coordinate integer general'); print(200, 130, len(e)); [print(i + 1, j + 1, r.randint(-9, 9)) for i, j in e]" > %t/a.mtx
// RUN: %python -c "import random; r = random.Random(6); print('%%%%MatrixMarket matrix array integer general'); print(130, 61); [print(r.randint(-99, 99)) for _ in range(130 * 61)]" > %t/b.mtx
// RUN: sparse-run %s --check --hazards --counters --input A=%t/a.mtx --input B=%t/b.mtx --input C=zeros:?x? \
// RUN:   --schedule "scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32], stages = 3, register_stages = 2, copy = 0" | FileCheck %s --check-prefixes=TF32,CHECK
// TF32: mma.sync.m16n8k8{{.*}}tf32
// CHECK: hazards {{ *}}0
// CHECK: PASS
// ONE: FAIL
func.func @f(%A: tensor<?x?xf32, #sparse_gpu.shuffled_block<v = 64>> {sparse_gpu.name = "A"},
             %B: tensor<?x?xf32> {sparse_gpu.name = "B"},
             %C: tensor<?x?xf32> {sparse_gpu.name = "C"}) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.shuffled_block<v = 64>>, tensor<?x?xf32>)
                     outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
