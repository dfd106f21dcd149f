// A reduction of two operations, which lanes cannot share: the kernel takes
// whole warps whatever N is.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @long_reduction(%A: !A {sparse_gpu.name = "A"},
                          %B: !B {sparse_gpu.name = "B"},
                          %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      identity(0xFF800000 : f32)
      combine {
      ^bb0(%a: f32, %b: f32):
        %0 = arith.mulf %a, %b : f32
        sparse_gpu.yield %0 : f32
      } reduce {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.cmpf ogt, %x, %y : f32
        %1 = arith.select %0, %x, %y : f32
        sparse_gpu.yield %1 : f32
      } -> !C
  return %D : !C
}
