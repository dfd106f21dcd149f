// C = max(A * B + bias, 0); the bias belongs to columns or, with (m) as the map,
// to rows.

#MAP = affine_map<(m, n) -> (n)>
!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>
!bias = tensor<?x!T>

func.func @bias_relu(%A: !A {sparse_gpu.name = "A"},
                     %B: !B {sparse_gpu.name = "B"},
                     %bias: !bias {sparse_gpu.name = "bias"},
                     %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) inputs(%bias : !bias)
      outs(%C : !C) {input_maps = [#MAP]}
      epilogue {
      ^bb0(%sum: !T, %b: !T):
        %zero = arith.constant 0.0 : !T
        %shifted = arith.addf %sum, %b : !T
        %relu = arith.maximumf %shifted, %zero : !T
        sparse_gpu.yield %relu : !T
      } -> !C
  return %D : !C
}
