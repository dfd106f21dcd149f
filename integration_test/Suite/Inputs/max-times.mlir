// Combine by *, reduce by max: the strongest path.

!T = f64
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @max_times(%A: !A {sparse_gpu.name = "A"},
                     %B: !B {sparse_gpu.name = "B"},
                     %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      identity(0xFFF0000000000000 : f64)
      combine {
      ^bb0(%a: f64, %b: f64):
        %0 = arith.mulf %a, %b : f64
        sparse_gpu.yield %0 : f64
      } reduce {
      ^bb0(%x: f64, %y: f64):
        %0 = arith.maximumf %x, %y : f64
        sparse_gpu.yield %0 : f64
      } -> !C
  return %D : !C
}
