/*===- Abi.h - What a compiled model tells the runtime -----------*- C -*-===*\
|*                                                                            *|
|* Part of the vib project, under the Apache License v2.0 with LLVM          *|
|* Exceptions. See LICENSE for license information.                          *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                   *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* vibc emits one constant `VibModel` a program; it is all that the runtime  *|
|* knows of a model. Every change of this file changes VIB_ABI_VERSION, and  *|
|* the compiler's mirror of it (compiler/object/Descriptor.cpp).             *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef VIB_RUNTIME_ABI_H
#define VIB_RUNTIME_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VIB_ABI_MAGIC 0x004249565F434C56ull
#define VIB_ABI_VERSION 5u

typedef enum VibType {
  VIB_U8 = 0,
  VIB_I32 = 1,
  VIB_F32 = 2,
  VIB_F64 = 3,
  VIB_BF16 = 4, /* the upper half of an F32 */
  VIB_TF32 = 5  /* an F32 of 10 bits behind the point; only as `operands` */
} VibType;

/* A tensor in the arena, row-major. In every one the first dimension is the
 * batch. */
typedef struct VibTensor {
  const char *name;
  uint32_t type; /* VibType */
  uint32_t rank;
  int64_t shape[4];
  uint64_t offset; /* bytes from the start of the arena */
} VibTensor;

typedef enum VibInitKind {
  VIB_INIT_CONSTANT = 0, /* every element is init_scale                     */
  VIB_INIT_UNIFORM = 1,  /* uniform in (-init_scale, init_scale)            */
  VIB_INIT_NORMAL = 2    /* normal with the standard deviation init_scale   */
} VibInitKind;

/* A parameter. The weights, both moments, the average and the gradients are
 * five blocks of one layout; `offset` is a parameter's place in each.
 *
 * A matrix may lie in panels of columns, as the kernels read it: element (k, n)
 * is then at offset + (n / panel) * panel_bytes
 *                   + (k * panel + n % panel) * (size of an element).
 * The last panel is as wide as the others; what is beyond the last column is 0
 * in every block and stays 0. */
typedef struct VibParameter {
  const char *name; /* "encode.0.weight", as PyTorch's state_dict names it */
  uint32_t type;    /* VIB_F32 or VIB_F64 */
  uint32_t rank;
  int64_t shape[2];    /* in memory: a linear's weight is [in, out]         */
  uint32_t transposed; /* 1: files hold the transpose, [out, in]            */
  uint32_t init;       /* VibInitKind */
  double init_scale;
  uint64_t offset; /* bytes from the start of each block */
  uint32_t panel;  /* columns of a panel; 0: row-major, without panels      */
  uint32_t pad;
  uint64_t panel_bytes; /* from the start of a panel to that of the next    */
} VibParameter;

/* Between a block and the plain form that files have: row-major, [out, in]
 * where `transposed` is 1, elements of the parameter's type. In the runtime. */
void vib_read_parameter(const VibParameter *parameter, const void *block,
                        void *plain);
void vib_write_parameter(const VibParameter *parameter, void *block,
                         const void *plain);

/* The values of one step. The runtime evaluates them in f64; the generated
 * code rounds them to the model's type. */
typedef struct VibStep {
  uint64_t seed;
  uint64_t step;  /* updates done before this one; 0 in evaluation          */
  int32_t rows;   /* rows of the batch that count, 1 … batch                */
  uint32_t row0;  /* evaluation: index of the batch's first example         */
  int32_t sample; /* evaluation: number of the draw; -1 means z = mu        */
  int32_t pad;
  double beta;
  double rate;    /* learning rate at this step                             */
  double rate1;   /* Adam: rate / (1 - beta1^t), t = step + 1; else rate    */
  double scale2;  /* Adam: 1 / sqrt(1 - beta2^t); else 1                    */
  double average; /* (1 - d) / (1 - d^t): a += average * (w - a)            */
  double decay;   /* AdamW, SGD: rate * weight_decay                        */
} VibStep;

struct VibPool;

/* What an entry point works on. A block that a model has no use for is null. */
typedef struct VibCall {
  VibStep step;
  void *weights; /* outside of training: the raw or the average ones */
  void *moment1;
  void *moment2;
  void *average;
  void *gradients;
  void *arena;
  struct VibPool *pool; /* null: the calling thread does all the work */
} VibCall;

typedef void (*VibEntry)(const VibCall *call);

struct VibModel;

/* The values of the update that follows `step` updates, by the model's
 * schedules and optimizer, with its own seed, rate and beta, for a whole batch.
 * In the runtime. */
void vib_make_step(const struct VibModel *model, uint64_t step,
                   int64_t steps_per_epoch, VibStep *values);

/* A kernel of an entry point, for `info`, `bench` and `--profile`. */
typedef struct VibKernel {
  const char *name;
  const char *entry; /* "train_step", … */
  double flops;
  double bytes;
  int64_t units;
} VibKernel;

/* Runs kernel(call, begin, end) for ranges that cover [0, units), on the
 * threads of call->pool, and returns when all are done. It takes no more
 * threads than find `grain` units each: with fewer, waking one costs more than
 * it helps. `kernel_index` is the kernel's place in VibModel::kernels, for the
 * profile. In the runtime. */
typedef void (*VibKernelFn)(const VibCall *call, int64_t begin, int64_t end);
void vib_launch(const VibCall *call, VibKernelFn kernel, int64_t units,
                int64_t grain, int64_t kernel_index);

/* For those who call the entry points of a shared library themselves: threads
 * for VibCall::pool, the caller's included. Null if they cannot be had. If
 * there are as many as processors, each but the caller's stays on one of its
 * own. */
struct VibPool *vib_pool_create(int threads);
void vib_pool_destroy(struct VibPool *pool);

/* The entries of a model for a GPU. */
typedef enum VibGpuEntry {
  VIB_GPU_SCALE = 0,
  VIB_GPU_TRAIN_STEP = 1,
  VIB_GPU_ENCODE = 2,
  VIB_GPU_EVALUATE = 3,
  VIB_GPU_DRAW = 4,
  VIB_GPU_DECODE = 5,
  VIB_GPU_GATHER = 6
} VibGpuEntry;

/* A launch of a kernel on a GPU. Those of one entry follow each other in the
 * order in which they run. Every kernel takes the same arguments, all of them
 * addresses on the device:
 *   (weights, moment1, moment2, average, gradients, arena, const VibStep *step)
 * except those of VIB_GPU_GATHER:
 *   (const void *inputs, const void *labels, const uint32_t *order, arena,
 *    const VibStep *step)
 * The weights and the other blocks, the arena, and the data (inputs, labels and
 * order) begin at multiples of 256 bytes. `step` may be one of an array and is
 * aligned as VibStep is, to 8 bytes. Nothing else holds of an address.
 * Gather puts row order[step.row0 + r] of the inputs and labels, as they lie in
 * the data set, into row r of the arena's "image" or "x" and "y"; rows from
 * step.rows on become 0. Labels are int32, or floats of the type of "y". */
typedef struct VibLaunch {
  const char *function;  /* its name in the PTX */
  uint32_t entry;        /* VibGpuEntry */
  uint32_t blocks;       /* of a grid of one dimension */
  uint32_t threads;      /* of a block of one dimension */
  uint32_t shared_bytes; /* of dynamic shared memory a block */
  uint32_t first_kernel; /* what it does: places in VibModel::kernels, */
  uint32_t num_kernels;  /* several where kernels were merged          */
} VibLaunch;

/* The code of a model for a GPU. */
typedef struct VibGpu {
  const char *arch;    /* "sm_80", the least that it runs on                 */
  uint32_t capability; /* the same as a number: 80 */
  uint32_t num_launches;
  const VibLaunch *launches;
  const char *ptx;    /* text that ends with a zero */
  uint64_t ptx_bytes; /* the zero included */
  const void *cubin;  /* for exactly `arch`; or null */
  uint64_t cubin_bytes;
} VibGpu;

typedef enum VibLikelihood {
  VIB_CATEGORICAL = 0, /* labels int32 [batch]; nll is the cross-entropy     */
  VIB_NORMAL = 1       /* targets float [batch, outputs]                     */
} VibLikelihood;

typedef enum VibOptimizer {
  VIB_SGD = 0,
  VIB_ADAM = 1,
  VIB_ADAMW = 2
} VibOptimizer;

typedef enum VibScheduleKind {
  VIB_CONSTANT = 0,
  VIB_STAIRCASE = 1,   /* base * factor^floor(epoch / epochs)                */
  VIB_EXPONENTIAL = 2, /* base * factor^(epoch / epochs), continuous in steps */
  VIB_COSINE = 3,      /* from base to base * factor over `epochs`           */
  VIB_LINEAR = 4,      /* from base * factor to base over `epochs`           */
  VIB_GEOMETRIC = 5    /* base * factor^(1 - epoch / epochs), then base      */
} VibScheduleKind;

/* A schedule of the rate or of beta. `warmup_epochs` of linear warm-up from 0
 * come first; 0 of them mean none. Epochs may be fractions. LINEAR and
 * GEOMETRIC over 0 epochs are CONSTANT. */
typedef struct VibSchedule {
  uint32_t kind; /* VibScheduleKind */
  uint32_t pad;
  double factor;
  double epochs;
  double warmup_epochs;
} VibSchedule;

typedef struct VibModel {
  uint64_t magic;   /* VIB_ABI_MAGIC */
  uint32_t version; /* VIB_ABI_VERSION */
  uint32_t size;    /* sizeof(VibModel) */

  const char *name;     /* "toynet" */
  const char *hash;     /* hex digest of the model after inference           */
  const char *compiler; /* "vibc 0.1.0 (LLVM 22.1.8)" */
  const char *target;   /* "x86_64 znver5", "cuda sm_80" */
  const char *features; /* what the (host's) CPU must have: "avx512f,fma,…"  */
  const char *options;  /* "-O2 --precision=f32 --batch=100" */

  uint32_t type; /* VIB_F32 or VIB_F64: of weights and activations           */
  uint32_t operands;   /* VIB_BF16 or VIB_TF32 if wide contractions round    */
                       /* theirs; or type                                    */
  uint32_t likelihood; /* VibLikelihood */
  uint32_t rated;      /* 1 if the loss has a rate. If 0, beta has no effect */
                       /* and the tensor "rate" is zero and no figure        */
  int64_t batch;
  int64_t samples; /* draws a step in training                               */
  int64_t latents;
  int64_t outputs; /* classes, or width of the target                        */
  /* An example's shape as the model declares it, without the batch, and 0 from
   * input_rank on. The tensor "image" or "x" may have its dimensions in one. */
  int64_t input_rank;
  int64_t input_shape[3];
  int64_t epochs;
  uint64_t seed;

  uint32_t optimizer; /* VibOptimizer */
  uint32_t averaged;  /* 1 if the model averages its weights                 */
  double rate, beta1, beta2, epsilon, momentum, weight_decay;
  double average_decay;
  VibSchedule rate_schedule;
  double beta;
  VibSchedule beta_schedule;

  uint64_t block_bytes; /* of each of weights, moments, average, gradients   */
  uint32_t moments;     /* how many of moment1, moment2 the optimizer has    */
  uint32_t num_parameters;
  const VibParameter *parameters;

  uint64_t arena_bytes;
  uint32_t num_tensors;
  uint32_t num_kernels;
  const VibTensor *tensors; /* inputs and outputs of the entries, by name    */
  const VibKernel *kernels;

  /* The entries, for a CPU. All are null where `gpu` is not.
   *
   * scale: image (u8) -> x, which is then no tensor of the table but lies as
   * the other entries read it. Null where the model takes floats. */
  VibEntry scale;
  /* train_step: x, y -> nll, rate, error [batch], means over the samples.
   * Updates weights, moments and average. */
  VibEntry train_step;
  /* encode: x -> mu, sigma [batch, latents], rate [batch] in nats. Where the
   * covariance is diagonal there is the tensor rate_each too, [batch, latents]:
   * what each latent adds to the rate. Where it is full there is cholesky,
   * [batch, latents (latents + 1) / 2]: the lower triangle of the covariance's
   * Cholesky factor, row by row; sigma is then the root of the covariance's
   * diagonal. */
  VibEntry encode;
  /* evaluate, after encode: draw step.sample -> nll [batch] in nats, error
   * [batch] (0 or 1; squared error summed over outputs), prediction
   * [batch, outputs] (probabilities; means). */
  VibEntry evaluate;
  /* draw, after encode: draw step.sample -> z [batch, latents]. */
  VibEntry draw;
  /* decode: z, as draw or the caller has written it -> logits and prediction
   * [batch, outputs]. */
  VibEntry decode;
  /* gradients: x, y -> nll, rate, error, and d loss / d weight in the gradient
   * block. Null unless compiled with --emit=shared. */
  VibEntry gradients;

  const VibGpu *gpu; /* null: for a CPU */
} VibModel;

/* The symbol that a generated object exports. */
extern const VibModel vib_model;

#ifdef __cplusplus
}
#endif

#endif /* VIB_RUNTIME_ABI_H */
