// The largest element among the neighbours of a vertex, as graph networks pool:
// values of A do not count, vertices without neighbours get 0.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @neighbour_max(%A: !A {sparse_gpu.name = "A"},
                         %B: !B {sparse_gpu.name = "B"},
                         %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      identity(0xFF800000 : f32)
      combine {
      ^bb0(%a: f32, %b: f32):
        sparse_gpu.yield %b : f32
      } reduce {
      ^bb0(%x: f32, %y: f32):
        %0 = arith.maximumf %x, %y : f32
        sparse_gpu.yield %0 : f32
      }
      epilogue {
      ^bb0(%x: f32):
        %none = arith.constant 0xFF800000 : f32
        %zero = arith.constant 0.0 : f32
        %empty = arith.cmpf oeq, %x, %none : f32
        %0 = arith.select %empty, %zero, %x : f32
        sparse_gpu.yield %0 : f32
      } -> !C
  return %D : !C
}
