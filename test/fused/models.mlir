// Broken if fusion depends on ToyNet: what other models are fused to follows from which
// loops their ops share.
// RUN: vib-opt %models/samples.mlir --vib-model --vib-to-step --vib-to-fused | FileCheck %s --check-prefix=SAMPLES
// RUN: vib-opt %models/thousand.mlir --vib-model --vib-to-step --vib-to-fused | FileCheck %s --check-prefix=THOUSAND
// RUN: vib-opt %models/regression-learned.mlir --vib-model --vib-to-step --vib-to-fused | FileCheck %s --check-prefix=LEARNED
// RUN: vib-opt %models/full.mlir --vib-model --vib-to-step --vib-to-fused | FileCheck %s --check-prefix=FULL
// RUN: vib-opt %models/prior.mlir --vib-model --vib-to-step --vib-to-fused | FileCheck %s --check-prefix=PRIOR

// With three samples, both layers of the decoder are computed by rows.
// SAMPLES-LABEL: func.func @train_step
// SAMPLES: vib.kernel "encode.0"
// SAMPLES: vib.kernel "encode.2"
// SAMPLES: vib.noise
// SAMPLES: vib.kernel "decode"
// SAMPLES-COUNT-4: linalg.contract
// SAMPLES: vib.kernel "decode.2.grad"
// SAMPLES: vib.kernel "decode.0.grad"
// SAMPLES: vib.kernel "encode.2.in"
// SAMPLES: vib.kernel "encode.2.grad"
// SAMPLES: vib.kernel "encode.0.grad"
// SAMPLES-NOT: vib.kernel
// SAMPLES: return

// With a thousand classes, the decoder's contractions are not fused.
// THOUSAND-LABEL: func.func @train_step
// THOUSAND: vib.kernel "encode.2"
// THOUSAND: vib.kernel "decode.0"
// THOUSAND: vib.kernel "decode.2"
// THOUSAND: linalg.contract
// THOUSAND: vib.kernel "decode.2.rows"
// THOUSAND-NOT: linalg.contract
// THOUSAND: vib.kernel "decode.2.in"
// THOUSAND: linalg.contract
// THOUSAND: vib.kernel "decode.2.grad"
// THOUSAND: vib.kernel "decode.0.grad"

// The gradient of the learned scale is a sum that reads the scale itself, so a second
// kernel updates it.
// LEARNED-LABEL: func.func @train_step
// LEARNED: vib.kernel "decode"
// LEARNED: vib.kernel "decode.noise.grad" ins({{.*}}%decode.noise
// LEARNED: vib.kernel "decode.noise.grad.map"
// LEARNED-SAME: outs(%decode.noise,
// LEARNED: vib.kernel "decode.grad"

// The statistics of a full covariance are the means and the factor. The sample sums over
// the factor's columns, and is fused into the kernel nevertheless.
// FULL-LABEL: func.func @train_step
// FULL: vib.kernel "encode.2"
// FULL-COUNT-2: linalg.contract
// FULL: vib.noise
// FULL: ["parallel", "parallel", "parallel", "reduction"]
// FULL: vib.kernel "decode"
// FULL: vib.kernel "decode.grad"

// The divergence from a learned prior is computed where that from N(0, I) is, with what the
// gradients of the prior sum over the rows.
// PRIOR-LABEL: func.func @train_step
// PRIOR: %dm, %dlog_s, %rate = vib.kernel "encode.2" ins(%encode.0, {{.*}}%prior.mean, %prior.log_sigma,
// PRIOR-SAME: "bottleneck: kl"]
// PRIOR: vib.kernel "decode" ins({{.*}}%dkl.dmu,
// PRIOR: vib.kernel "prior.mean.grad" ins(%dm,
// PRIOR-SAME: "optimizer: weight, moment1, moment2 of prior.mean"
// PRIOR: vib.kernel "prior.log_sigma.grad" ins(%dlog_s,
// PRIOR-NOT: vib.kernel
// PRIOR: return
