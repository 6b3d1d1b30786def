// Broken if log sigma and sigmoid / sigma are not computed from t where sigma may have
// underflowed.
// RUN: vib-opt %models/extreme-diagonal.mlir -vib-to-step | FileCheck %s

// CHECK-LABEL: func.func @train_step(
// CHECK:      iterator_types = ["parallel", "parallel"]} ins({{.*}}) outs({{.*}} : tensor<3x101xf32>, tensor<3x101xf32>)
// CHECK-NEXT: ^bb0(%[[RHO:[^:]*]]: f32
// CHECK:      %[[T:.*]] = arith.addf %[[RHO]],
// CHECK:      %[[E:.*]] = math.exp
// CHECK:      %[[TAIL:.*]] = math.log1p %[[E]]
// CHECK:      %[[MAX:.*]] = arith.maximumf %[[T]],
// CHECK:      %[[SIGMA:.*]] = arith.addf %[[MAX]], %[[TAIL]]
// CHECK:      linalg.yield %[[T]], %[[SIGMA]]
// The rate.
// CHECK:      iterator_types = ["parallel", "reduction"]} ins({{.*}}) outs({{.*}}) attrs = {vib.dims = {{.*}}, vib.label = "encode.0"{{.*}}}
// CHECK-NEXT: ^bb0(%{{[^:]*}}: f32, %[[T1:[^:]*]]: f32, %[[SIGMA1:[^:]*]]: f32, %{{[^:]*}}: f32):
// CHECK:      %[[FAR:.*]] = arith.cmpf olt, %[[T1]], %{{.*}} : f32
// CHECK-NEXT: %[[LOG:.*]] = math.log %[[SIGMA1]]
// CHECK-NEXT: arith.select %[[FAR]], %[[T1]], %[[LOG]]
// The derivative of the rate with respect to t.
// CHECK:      ^bb0(%[[T2:[^:]*]]: f32, %[[SIGMA2:[^:]*]]: f32, %{{[^:]*}}: f32):
// CHECK:      %[[SIGMOID:.*]] = arith.divf
// CHECK:      %[[PRODUCT:.*]] = arith.mulf %[[SIGMA2]], %[[SIGMOID]]
// CHECK-DAG:  %[[FAR2:.*]] = arith.cmpf olt, %[[T2]],
// CHECK-DAG:  %[[ONE:.*]] = arith.constant 1.0
// CHECK-DAG:  %[[QUOTIENT:.*]] = arith.divf %[[SIGMOID]], %[[SIGMA2]]
// CHECK:      %[[RATIO:.*]] = arith.select %[[FAR2]], %{{.*}}, %[[QUOTIENT]]
// CHECK:      arith.subf %[[PRODUCT]], %[[RATIO]]
