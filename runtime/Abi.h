/*===- Abi.h - What a compiled model tells the runtime -----------*- C -*-===*\
|*                                                                            *|
|* Part of the vib project, under the Apache License v2.0 with LLVM          *|
|* Exceptions. See LICENSE for license information.                          *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                   *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* vibc emits one constant `VibModel` for each program. It is all that the    *|
|* runtime knows about a model. Whoever changes this file also changes        *|
|* VIB_ABI_VERSION. compiler/object/Descriptor.cpp sets the fields by name.   *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef VIB_RUNTIME_ABI_H
#define VIB_RUNTIME_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VIB_ABI_MAGIC 0x004249565F434C56ull
#define VIB_ABI_VERSION 12u

typedef enum VibType {
  VIB_U8 = 0,
  VIB_I32 = 1,
  VIB_F32 = 2,
  VIB_F64 = 3,
  VIB_BF16 = 4, /* the upper half of an F32 */
  VIB_TF32 = 5  /* an F32 with a mantissa of 10 bits; only as `operands` */
} VibType;

/* A tensor in the arena. Its first dimension is the batch. It is row-major, but
 * the result of `scale` may be stored in panels of columns, as a VibParameter
 * is. */
typedef struct VibTensor {
  const char *name;
  uint32_t type; /* VibType */
  uint32_t rank;
  int64_t shape[4];
  uint64_t offset;      /* bytes from the start of the arena                  */
  uint64_t panel_bytes; /* from the start of a panel to that of the next      */
  uint32_t panel;       /* columns of a panel; 0: row-major, without panels   */
  uint32_t pad;
} VibTensor;

typedef enum VibInitKind {
  VIB_INIT_CONSTANT = 0, /* every element is init_scale                     */
  VIB_INIT_UNIFORM = 1,  /* uniform in (-init_scale, init_scale)            */
  VIB_INIT_NORMAL = 2,   /* normal with the standard deviation init_scale   */
  VIB_INIT_EXAMPLES = 3  /* rows of the training data: what `scale` computes */
                         /* of the input init_scale, or the input itself     */
} VibInitKind;

/* A parameter. The weights, both moments, the average and the gradients are
 * five blocks with the same layout. `offset` is the parameter's offset in each
 * of them.
 *
 * It may be stored in panels of columns, the order in which the kernels read
 * it. Its last dimension is that of the columns n, and all dimensions before it
 * together are the rows k. Element (k, n) is then at
 *   offset + (n / panel) * panel_bytes
 *          + (k * panel + n % panel) * (size of an element).
 * All panels have the same width. The padding after the last column is 0 in
 * every block and stays 0. */
typedef struct VibParameter {
  const char *name; /* "encode.0.weight", as PyTorch's state_dict names it */
  uint32_t type;    /* VIB_F32 or VIB_F64 */
  uint32_t rank;
  const int64_t *shape; /* in memory: a linear's weight is [in, out]        */
  /* Dimension i in files is dimension permutation[i] in memory: 1, 0 for a
   * linear's weight, which is [out, in] in files. Null if the order is the
   * same. */
  const int64_t *permutation;
  uint32_t init;  /* VibInitKind */
  uint32_t panel; /* columns of a panel; 0: row-major, without panels       */
  double init_scale;
  uint64_t offset;      /* bytes from the start of each block               */
  uint64_t panel_bytes; /* from the start of a panel to that of the next    */
} VibParameter;

typedef enum VibStateKind {
  VIB_STATE_MEAN = 0,      /* of an input over the training data             */
  VIB_STATE_DEVIATION = 1, /* its standard deviation; 1 where that is 0      */
  /* What train_step changes: the running mean and variance of a normalization,
   * which start at 0 and 1, and in the block of averages their averages. */
  VIB_STATE_RUNNING_MEAN = 2,
  VIB_STATE_RUNNING_VARIANCE = 3
} VibStateKind;

/* What is neither a weight nor an optimizer's, and is saved and restored with
 * them. It is in the block of weights, outside the parameters, and likewise in
 * that of averages. Files hold it as F32 or F64 of this shape. */
typedef struct VibState {
  const char *name;
  uint32_t type; /* VIB_F32 or VIB_F64 */
  uint32_t rank;
  const int64_t *shape;
  uint64_t offset; /* bytes from the start of the block of weights */
  uint32_t kind;   /* VibStateKind */
  uint32_t input;  /* the input that it is a statistic of; of running ones 0 */
} VibState;

/* Copy a parameter from a block to the layout that files have, and back. In a
 * file the elements have the parameter's type and are row-major, with the
 * dimensions in the order of `permutation`. Defined in the runtime. */
void vib_read_parameter(const VibParameter *parameter, const void *block,
                        void *plain);
void vib_write_parameter(const VibParameter *parameter, void *block,
                         const void *plain);

/* The most coefficients and temperatures with a name that a model has. */
#define VIB_MAX_COEFFICIENTS 16

/* The values of one step. The runtime computes them in f64, and the generated
 * code rounds them to the model's type.
 *
 * A whole batch has `total_rows` rows, which the means of the loss divide by.
 * The `rows` rows at hand are those from `first_row` on: all of them, unless
 * several machines share a batch. In evaluation, the whole batch is the split.
 * The noise of a row depends on its number in the whole batch. The generated
 * code uses the lower 32 bits of both. */
typedef struct VibStep {
  uint64_t seed;
  uint64_t step; /* updates before this one; 0 in evaluation                */
  int64_t first_row;
  int64_t total_rows;
  int32_t rows;   /* 1 … batch                                              */
  uint32_t row0;  /* place of the first row in the order of the data        */
  int32_t sample; /* evaluation: index of the draw; -1 means z = mu         */
  int32_t pad;
  double rate;    /* learning rate at this step                             */
  double rate1;   /* Adam: rate / (1 - beta1^t), t = step + 1; else rate    */
  double scale2;  /* Adam: 1 / sqrt(1 - beta2^t); else 1                    */
  double average; /* (1 - d) / (1 - d^t): a += average * (w - a)            */
  double decay;   /* AdamW, SGD: rate * weight_decay                        */
  double coefficients[VIB_MAX_COEFFICIENTS]; /* in the order of VibModel's  */
} VibStep;

struct VibPool;

/* The argument of an entry point. A block that the model does not use is
 * null. */
typedef struct VibCall {
  VibStep step;
  void *weights; /* outside training: the raw or the averaged weights */
  void *moment1;
  void *moment2;
  void *average;
  void *gradients;
  void *arena;
  struct VibPool *pool; /* null: the calling thread does all the work */
} VibCall;

typedef void (*VibEntry)(const VibCall *call);

struct VibModel;

/* Fills `values` for the update that follows `step` updates. It uses the
 * model's schedules and optimizer, its own seed, rate and coefficients, and a
 * full batch. Defined in the runtime. */
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

/* Runs kernel(call, begin, end) for ranges that cover [0, units) on the threads
 * of call->pool, and returns when all ranges are done. `nanoseconds` is
 * an estimate of the time that one thread takes for all units. If it is short,
 * fewer threads take part, because starting them costs time, which a pool
 * measures when it is created. `kernel_index` is the kernel's index in
 * VibModel::kernels, for the profile. Defined in the runtime. */
typedef void (*VibKernelFn)(const VibCall *call, int64_t begin, int64_t end);
void vib_launch(const VibCall *call, VibKernelFn kernel, int64_t units,
                int64_t nanoseconds, int64_t kernel_index);

/* Threads for VibCall::pool. vib_launch calls `launch`, which does what is said
 * there. So the kernels of a library run on the pool of another copy of the
 * runtime, or on one of the caller's own, which begins with this structure. */
typedef struct VibPool {
  void (*launch)(const VibCall *call, VibKernelFn kernel, int64_t units,
                 int64_t nanoseconds, int64_t kernel_index);
} VibPool;

/* A pool, for callers of a shared library's entry points. `threads` includes
 * the calling thread. vib_pool_create returns null if the threads cannot be
 * created. If there is one thread for each processor, every thread except the
 * caller's is bound to its own processor. */
struct VibPool *vib_pool_create(int threads);
void vib_pool_destroy(struct VibPool *pool);

/* The entry points of a model for a GPU. */
typedef enum VibGpuEntry {
  VIB_GPU_SCALE = 0,
  VIB_GPU_TRAIN_STEP = 1,
  VIB_GPU_ENCODE = 2,
  VIB_GPU_EVALUATE = 3,
  VIB_GPU_DRAW = 4,
  VIB_GPU_DECODE = 5,
  VIB_GPU_GATHER = 6
} VibGpuEntry;

/* A launch of a kernel on a GPU. The launches of one entry are listed in the
 * order in which they run. Every kernel takes the same arguments, all of them
 * addresses on the device:
 *   (weights, moment1, moment2, average, gradients, arena, const VibStep *step)
 * The kernels of VIB_GPU_GATHER take instead:
 *   (const void *input, …, const void *target, …, const uint32_t *order, arena,
 *    const VibStep *step)
 * with one array for each of VibModel::inputs, and then for each of
 * VibModel::targets that has a tensor.
 * The blocks (weights and so on), the arena and the data (these arrays and
 * order) are aligned to 256 bytes. `step` may point into an array and is
 * aligned to 8 bytes, as VibStep is. No other alignment is guaranteed.
 * Gather copies row order[step.row0 + r] of each array, stored as in the data
 * set, to row r of the input's or target's tensor. Rows from step.rows on
 * become 0. Labels are int32, or floats of the type of the target's tensor. */
typedef struct VibLaunch {
  const char *function;  /* its name in the PTX */
  uint32_t entry;        /* VibGpuEntry */
  uint32_t blocks;       /* of the grid, which has one dimension */
  uint32_t threads;      /* of a block, which has one dimension */
  uint32_t shared_bytes; /* dynamic shared memory of a block */
  uint32_t first_kernel; /* index in VibModel::kernels of what it computes */
  uint32_t num_kernels;  /* more than 1 if kernels were merged */
} VibLaunch;

/* The code of a model for a GPU. */
typedef struct VibGpu {
  const char *arch;    /* "sm_80", the lowest that it runs on                */
  uint32_t capability; /* the same as a number: 80 */
  uint32_t num_launches;
  const VibLaunch *launches;
  const char *ptx;    /* zero-terminated text */
  uint64_t ptx_bytes; /* including the zero */
  const void *cubin;  /* for exactly `arch`, or null */
  uint64_t cubin_bytes;
} VibGpu;

typedef enum VibOptimizer {
  VIB_SGD = 0,
  VIB_ADAM = 1,
  VIB_ADAMW = 2,
  VIB_ADABELIEF = 3, /* epsilon is added to the variance, too */
  VIB_RMSPROP = 4    /* its decay is beta2 */
} VibOptimizer;

/* How gradients are limited before an update. */
typedef enum VibClip {
  VIB_NO_CLIP = 0,
  VIB_CLIP_VALUE = 1,      /* each element */
  VIB_CLIP_GLOBAL_NORM = 2 /* the norm of all gradients together */
} VibClip;

typedef enum VibScheduleKind {
  VIB_CONSTANT = 0,
  VIB_STAIRCASE = 1,   /* base * factor^floor(epoch / epochs)                */
  VIB_EXPONENTIAL = 2, /* base * factor^(epoch / epochs), continuous in steps */
  /* From one value to another, `cycles` times over `epochs` epochs each: */
  VIB_COSINE = 3,
  VIB_LINEAR = 4,
  VIB_GEOMETRIC = 5,
  /* Of a coefficient only: it begins at the base value, and after each update
   * becomes max(0, value + factor * (R - to)), where R is the mean of a figure
   * over the rows of this update. The state of a run has it: vib_make_step
   * gives the base value. */
  VIB_DUAL = 6
} VibScheduleKind;

/* An end of a ramp. */
typedef struct VibScheduleEnd {
  double value;
  uint32_t relative; /* 1: a factor of the base value */
  uint32_t pad;
} VibScheduleEnd;

/* A schedule of the learning rate or of a coefficient. It begins with
 * `warmup_epochs` epochs of linear warm-up from 0, and `delay_epochs` epochs at
 * its first value. Numbers of epochs may be fractions. After the last cycle,
 * and if `epochs` is 0, the value is `to`. */
typedef struct VibSchedule {
  uint32_t kind;   /* VibScheduleKind */
  uint32_t figure; /* of VIB_DUAL; else 0 */
  double factor;
  VibScheduleEnd from;
  VibScheduleEnd to;
  double epochs;
  double delay_epochs;
  double warmup_epochs;
  double cycles;
  double cap; /* the largest value; infinity if there is none */
} VibSchedule;

/* Names of tensors: the first input, target and stream have the plain names
 * below ("x", "y", "mu", …). Those of a further one end with a point and its
 * name: "x.right", "y.side", "mu.z2". */

/* An input of the model. */
typedef struct VibInput {
  const char *name;   /* of its array in the data; a model with one input    */
                      /* and one target also takes "x"                       */
  const char *tensor; /* in VibModel::tensors: "image" or "x"                */
  uint32_t scaled;    /* 1 if the entry `scale` computes x from it           */
  uint32_t rank;
  /* Of an example, as the model declares it, without the batch. The tensor may
   * be flattened. */
  const int64_t *shape;
  uint32_t bypassed; /* 1 if decoders read it, too, so that `decode` needs x */
  uint32_t values;   /* its tokens are int32 from 0 to values - 1; 0 if they */
                     /* are numbers                                          */
  const char *x;     /* in VibModel::tensors: what the entries read; null    */
                     /* without input_gradients and VIB_INIT_EXAMPLES        */
  const char *gradient; /* of input_gradients; null without it, and of tokens */
} VibInput;

/* A target of the model. */
typedef struct VibTarget {
  const char *name;   /* of its array in the data; a model with one input    */
                      /* and one target also takes "y"                       */
  const char *tensor; /* in VibModel::tensors: "y"; null if the target is    */
                      /* the input of its name, which is then no array of    */
                      /* its own                                             */
  int64_t classes;    /* labels are int32 from 0 on; 0 if they are numbers   */
  int64_t outputs;    /* number of classes, or numbers of a target           */
  const char *likelihood; /* "categorical", "bernoulli", "normal", "laplace" */
  const char *predicted;  /* what a prediction consists of: "probabilities"  */
  const char *prediction; /* tensors of evaluate and decode: "prediction",   */
  const char *logits;     /* … and of decode: "logits"                       */
} VibTarget;

/* A stochastic value with its noise. What it has no tensor for is null. */
typedef struct VibStream {
  const char *name; /* "z", or of several that of the value in the model    */
  int64_t number;   /* the first word of the noise's counter is             */
                    /* number * 2^24 + element                              */
  int64_t latents;
  int64_t samples;  /* draws in a training step                               */
  const char *mean; /* tensors of its statistics, [batch, latents]      */
  const char *deviation;
  const char *factor;    /* [batch, latents (latents + 1) / 2]               */
  const char *sample;    /* z, [batch, latents]                              */
  const char *rate;      /* [batch]; of encode, or of evaluate and draw if   */
                         /* its figure is a VIB_DRAWN_MEAN                   */
  const char *rate_each; /* [batch, rate_parts]                              */
  int64_t rate_parts; /* one for each latent or categorical variable, or 0   */
  /* Of categorical variables the logarithms of their probabilities, [batch,
   * latents]. Training draws relaxed samples of them, evaluation classes. */
  const char *log_probabilities;
} VibStream;

/* What has a name, a value that flags set, and a schedule. */
typedef enum VibCoefficientKind {
  VIB_FACTOR = 0,     /* of terms of the loss, or a number in one           */
  VIB_TEMPERATURE = 1 /* of relaxed samples: above 0, and only of training  */
} VibCoefficientKind;

/* A named value of the loss or of its samples. */
typedef struct VibCoefficient {
  const char *name;
  double value;
  VibSchedule schedule;
  uint32_t kind; /* VibCoefficientKind */
  uint32_t pad;
} VibCoefficient;

/* What a term does with the mean m of its figure, and its argument a. */
typedef enum VibFunction {
  VIB_MEAN = 0,
  VIB_POWER = 1,    /* max(m, 0)^a */
  VIB_EXP = 2,      /* exp(a m)    */
  VIB_DISTANCE = 3, /* |m - a|     */
  VIB_NEGATIVE = 4  /* -m          */
} VibFunction;

/* A term of the loss: a factor times the mean over the rows of a tensor, or
 * times a function of this mean: in training of that of the batch, in
 * evaluation of that of the split. */
typedef struct VibTerm {
  uint32_t figure;     /* the index in VibModel::figures of the mean         */
  int32_t coefficient; /* an index in VibModel::coefficients, or -1: then    */
  double factor;       /* … the factor is this number                        */
  uint32_t function;   /* VibFunction                                        */
  int32_t argument_coefficient; /* likewise for its argument                 */
  double argument;
} VibTerm;

typedef enum VibFigureKind {
  VIB_ROW_MEAN = 0,  /* of `tensor` over the rows, after encode              */
  VIB_DRAW_MEAN = 1, /* of `tensor` over the rows and draws, after evaluate  */
  VIB_DRAW_ROOT = 2, /* the root of such a mean, divided by the outputs      */
  VIB_LABEL_ENTROPY = 3,  /* of the labels of the split                       */
  VIB_INFORMATION = 4,    /* the labels' entropy minus figure `of`; null at   */
                          /* z = mu                                           */
  VIB_OUTPUT_ROOTS = 5,   /* figure `of` for each output                      */
  VIB_AVERAGED_WRONG = 6, /* share of rows whose most probable class by the  */
                          /* averaged predictions is wrong                   */
  VIB_AVERAGED_ROOT = 7,  /* figure `of`, of the averaged predictions        */
  VIB_AVERAGED_ROOTS = 8, /* the same for each output                        */
  VIB_AVERAGED_NLL = 9, /* -log of the mean over the draws of exp(-`tensor`) */
  VIB_AT_MEAN = 10,     /* figure `of` at z = mu                             */
  VIB_UNKNOWN = 11,     /* always null                                       */
  VIB_DRAWN_MEAN = 12,  /* VIB_DRAW_MEAN of a tensor that draw computes, too; */
                        /* null at z = mu                                     */
  VIB_BLOCK_MEAN = 13,  /* VIB_ROW_MEAN of a tensor whose rows depend on the  */
                        /* others of their batch                              */
  VIB_BLOCK_ROWS = 14   /* the rows of such a batch                           */
} VibFigureKind;

typedef enum VibBound {
  VIB_NO_BOUND = 0,
  VIB_AT_MOST = 1,
  VIB_AT_LEAST = 2
} VibBound;

typedef enum VibUnit {
  VIB_PLAIN = 0,   /* that of the targets                                    */
  VIB_NATS = 1,    /* written in bits                                        */
  VIB_FRACTION = 2 /* printed as a percentage                                */
} VibUnit;

/* A figure of a split. Lines of metrics have the figures in this order. Lines
 * of training have only means, roots, entropies and informations; what the
 * training step does not compute is null there. */
typedef struct VibFigure {
  const char *name;   /* its key in metrics.jsonl                             */
  const char *title;  /* in words: "cross-entropy"                            */
  const char *label;  /* in lines of epochs: "CE"                             */
  const char *tensor; /* with one number for each row, or null               */
  const char *bounds; /* the quantity that it bounds, "I(Z;X)", or null      */
  uint32_t bound;     /* VibBound                                            */
  uint32_t kind;      /* VibFigureKind                                       */
  uint32_t unit;      /* VibUnit                                             */
  uint32_t of;        /* the index of another figure                         */
  uint32_t trained; /* 1 if the training step computes the tensor, too       */
  uint32_t target;  /* the index of the target that it is a figure of, or 0  */
  /* The tensor whose sum a mean is divided by, in place of the rows; or null */
  const char *divisor;
} VibFigure;

typedef struct VibModel {
  uint64_t magic;   /* VIB_ABI_MAGIC */
  uint32_t version; /* VIB_ABI_VERSION */
  uint32_t size;    /* sizeof(VibModel) */

  const char *name;     /* "toynet" */
  const char *hash;     /* hex digest of the model after type inference      */
  const char *compiler; /* "vibc 0.1.0 (LLVM 22.1.8)" */
  const char *target;   /* "x86_64 znver5", "cuda sm_80" */
  const char *features; /* that the host's CPU must have: "avx512f,fma,…"    */
  const char *options;  /* "-O2 --precision=f32 --batch=100" */

  uint32_t type; /* of weights and activations: VIB_F32 or VIB_F64           */
  uint32_t operands; /* VIB_BF16 or VIB_TF32 if wide contractions round      */
                     /* their operands, else `type`                          */
  int64_t batch;
  int64_t epochs;
  uint64_t seed;

  uint32_t optimizer; /* VibOptimizer */
  uint32_t averaged;  /* 1 if the model averages its weights                 */
  double rate, beta1, beta2, epsilon, momentum, weight_decay;
  double average_decay;
  VibSchedule rate_schedule;
  uint32_t clip; /* VibClip; `gradients` does not limit                      */
  uint32_t decays_weights_only; /* 1 if `weight_decay` acts on weights, not  */
                                /* on all parameters                         */
  double clip_limit;

  uint32_t num_inputs;
  uint32_t num_targets;
  uint32_t num_streams;
  uint32_t num_coefficients;
  uint32_t num_terms;
  uint32_t num_figures;
  uint32_t num_state;
  int32_t beta; /* the coefficient that --beta means, or -1                  */
  const VibInput *inputs;
  const VibTarget *targets;
  const VibStream *streams;
  const VibCoefficient *coefficients;
  const VibTerm *terms;
  const VibFigure *figures;
  const VibState *state;

  uint64_t block_bytes; /* size of each block: weights, moments, …           */
  uint32_t moments;     /* number of moments that the optimizer has: 0 to 2  */
  uint32_t num_parameters;
  const VibParameter *parameters;

  uint64_t arena_bytes;
  uint32_t num_tensors;
  uint32_t num_kernels;
  const VibTensor *tensors; /* inputs and outputs of the entries, by name    */
  const VibKernel *kernels;

  /* The entry points for a CPU. All are null if `gpu` is not. Each computes
   * what is said here for all inputs, targets and streams.
   *
   * scale: image (u8) -> x. Null if the model takes floats. Otherwise x is in
   * `tensors` only if VibInput::x is. */
  VibEntry scale;
  /* train_step: x, y -> nll, error [batch], and rate if a term of the loss is
   * one, means over the samples; of an estimate by pairs the tensor pairwise.
   * Updates weights, moments and average. */
  VibEntry train_step;
  /* encode: x -> mu, sigma [batch, latents], rate [batch] in nats, whether the
   * loss has it or not. Categorical variables have no sigma; mu are their
   * probabilities, rate_each is [batch, variables], and log_probabilities
   * [batch, latents] is added. If the prior is given the label, encode reads y,
   * too, and the tensor residual [batch] takes the place of the rate. A
   * diagonal covariance adds the tensor rate_each [batch, latents], the part of
   * the rate due to each latent. A full covariance adds the tensor cholesky
   * [batch, latents (latents + 1) / 2], the lower triangle of the covariance's
   * Cholesky factor, row by row; sigma is then the square root of the
   * covariance's diagonal. A rate from a mixture is computed by evaluate and
   * draw instead. An estimate by pairs that is a term of the loss adds the
   * tensor pairwise [batch]. */
  VibEntry encode;
  /* evaluate, after encode: draw step.sample -> nll [batch] in nats; error
   * [batch], 0 or 1, of a Bernoulli likelihood the share of its outputs, or the
   * squared error summed over the outputs; prediction [batch, outputs],
   * probabilities or means; from a mixture also the rate [batch] at this draw.
   */
  VibEntry evaluate;
  /* draw, after encode: draw step.sample -> z [batch, latents], and from a
   * mixture the rate [batch]. */
  VibEntry draw;
  /* decode: z, written by draw or by the caller -> logits and prediction
   * [batch, outputs]. After scale or encode if an input is bypassed. */
  VibEntry decode;
  /* gradients: as train_step, and d loss / d weight in the block of
   * gradients. Null unless compiled with --gradients or --emit=shared. */
  VibEntry gradients;
  /* input_gradients: x and the targets -> the gradient of each input
   * [batch, width], the derivative of the sum of all nll of draw step.sample,
   * divided by step.total_rows. Null as gradients, and if no target is a class
   * or gradients do not pass to an input: tokens, draws of classes. */
  VibEntry input_gradients;

  const VibGpu *gpu; /* null if compiled for a CPU */
} VibModel;

/* The only symbol that a generated object exports. */
extern const VibModel vib_model;

#ifdef __cplusplus
}
#endif

#endif /* VIB_RUNTIME_ABI_H */
