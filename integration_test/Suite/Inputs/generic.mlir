// A product as a generic operation: the dense matrix first, the loops in another
// order, both inputs widened to the type of the result.

!T = f16
!R = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!R>

func.func @generic(%B: !B {sparse_gpu.name = "B"},
                   %A: !A {sparse_gpu.name = "A"},
                   %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = linalg.generic {
      indexing_maps = [affine_map<(k, m, n) -> (k, n)>,
                       affine_map<(k, m, n) -> (m, k)>,
                       affine_map<(k, m, n) -> (m, n)>],
      iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%B, %A : !B, !A) outs(%C : !C) {
    ^bb0(%b: !T, %a: !T, %c: !R):
      %0 = arith.extf %a : !T to !R
      %1 = arith.extf %b : !T to !R
      %2 = arith.mulf %0, %1 : !R
      %3 = arith.addf %2, %c : !R
      linalg.yield %3 : !R
  } -> !C
  return %D : !C
}
