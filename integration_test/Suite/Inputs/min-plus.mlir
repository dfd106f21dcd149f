// The semiring of shortest paths: combine by +, reduce by min, where an empty
// row gives infinity.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @min_plus(%A: !A {sparse_gpu.name = "A"},
                    %B: !B {sparse_gpu.name = "B"},
                    %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      identity(0x7F800000 : f32)
      combine {
      ^bb0(%a: f32, %b: f32):
        %0 = arith.addf %a, %b : f32
        sparse_gpu.yield %0 : f32
      } reduce {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.minimumf %x, %y : f32
        sparse_gpu.yield %0 : f32
      } -> !C
  return %D : !C
}
