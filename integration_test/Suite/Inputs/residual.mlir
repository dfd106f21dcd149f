// C = A * B + R with R in a wider type than the operands, and C as narrow as
// they are: each element is rounded once.

!T = bf16
!R = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>
!residual = tensor<?x?x!R>

func.func @residual(%A: !A {sparse_gpu.name = "A"},
                    %B: !B {sparse_gpu.name = "B"},
                    %R: !residual {sparse_gpu.name = "R"},
                    %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) inputs(%R : !residual)
      outs(%C : !C) {input_maps = [affine_map<(m, n) -> (m, n)>]}
      epilogue {
      ^bb0(%sum: f32, %r: !R):
        %0 = arith.addf %sum, %r : f32
        %1 = arith.truncf %0 : f32 to !T
        sparse_gpu.yield %1 : !T
      } -> !C
  return %D : !C
}
