/*===- Vib.h - Train and run a compiled model, in C --------------*- C -*-===*\
|*                                                                            *|
|* Part of the vib project, under the Apache License v2.0 with LLVM          *|
|* Exceptions. See LICENSE for license information.                          *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                   *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* The interface of libvib, the runtime of compiled programs as a library.    *|
|* What a function computes has the bits of the program's command of its name.*|
|*                                                                            *|
|*   VibProgram *program;                                                     *|
|*   if (vib_open("./libtoynet.so", &program) != VIB_DONE)                    *|
|*     return complain(vib_message());                                        *|
|*                                                                            *|
|* `vibc --emit=shared` makes libtoynet.so. docs/libvib.md has a whole        *|
|* program.                                                                   *|
|*                                                                            *|
|* The library never exits, prints nothing, and handles no signals. It leaves *|
|* the calling thread's arithmetic modes and processors as they are. It starts*|
|* threads in a call and ends them in the same call, so that the process may  *|
|* fork between calls. Several threads may make calls at the same time, with  *|
|* the same programs, data and weights, but not destroy what another one uses.*|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef VIB_RUNTIME_VIB_H
#define VIB_RUNTIME_VIB_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a call. */
typedef enum VibStatus {
  VIB_DONE = 0,
  VIB_FAILED = 1,      /* the input, the data or the environment is wrong    */
  VIB_WRONG_USAGE = 2, /* the flags are wrong, or an argument is             */
  VIB_WRONG_DATA = 3,  /* an array does not fit the model                    */
  VIB_RUN_EXISTS = 4,  /* --out has a run, and --resume was not given        */
  VIB_DIVERGED = 5,    /* training has diverged and cannot continue          */
  VIB_STOPPED = 6      /* the callback has stopped the call                  */
} VibStatus;

/* Why the last call of this thread that was not done was not: one line that
 * says where, what was found and what was expected. Valid until the next call
 * of this thread. */
const char *vib_message(void);

/*===----------------------------------------------------------------------===*\
|* Arguments                                                                  *|
\*===----------------------------------------------------------------------===*/

/* An array: row-major, in the byte order of the machine, aligned to its
 * elements. */
typedef struct VibArray {
  const char *name;     /* of an input or target: its argument in the model; */
                        /* with one input and one target also "x" and "y"    */
  const char *type;     /* NumPy's name of the type of an element: "uint8",  */
                        /* "float32", "int64", "bool", …                     */
  const void *data;     /* elements                                          */
  const int64_t *shape; /* of `rank` dimensions                              */
  size_t rank;
} VibArray;

/* The flags of a command of the program, such as {"--epochs=2", "--beta=1e-3"},
 * with a null pointer after the last one. A null pointer in place of the array
 * means no flags. `PROGRAM COMMAND --help` describes them. Those for data,
 * weights and results (--data, --weights, --input, --output, --json) do not
 * exist here, because these are arguments. */
typedef const char *const *VibFlags;

/* What a callback is called for. */
typedef enum VibEvent {
  VIB_LINE = 0,    /* a line of metrics.jsonl: a JSON object                */
  VIB_SAYS = 1,    /* a line for the user, as the program prints it         */
  VIB_WARNING = 2, /* a warning, without the word                           */
  VIB_NOTE = 3,    /* a note, without the word                              */
  VIB_PROGRESS = 4 /* a line to show in place of the last one of this kind, */
                   /* at most ten times a second                            */
} VibEvent;

/* What it answers. */
typedef enum VibAnswer {
  VIB_GO_ON = 0,
  VIB_END = 1, /* training ends after the line, as after its last step       */
  VIB_STOP = 2 /* the call ends with VIB_STOPPED; training after a checkpoint */
} VibAnswer;

/* Called on the thread that made the call, with text in UTF-8. It may make
 * other calls. It must not throw exceptions or jump out. */
typedef int (*VibCallback)(void *user, int event, const char *text);

/*===----------------------------------------------------------------------===*\
|* Programs                                                                   *|
\*===----------------------------------------------------------------------===*/

struct VibModel;

/* A model that is ready to run. */
typedef struct VibProgram VibProgram;

/* Opens a library of `vibc --emit=shared`, or an object of `--emit=obj`, which
 * needs no linker. The path of a library without a slash is looked up as
 * dlopen() does. */
VibStatus vib_open(const char *path, VibProgram **program);
/* Opens a model that is linked with the caller: `&vib_model`. */
VibStatus vib_open_model(const struct VibModel *model, VibProgram **program);
/* Its description (vib/Abi.h), which lives as long as the program. */
const struct VibModel *vib_program_model(const VibProgram *program);
/* The JSON object that `info --json` prints. To be freed by vib_free(). */
VibStatus vib_info(const VibProgram *program, char **json);
/* Everything that was made with a program must be gone before. Null is
 * accepted, as by all functions that destroy. */
void vib_close(VibProgram *program);

/* Frees text that a function has returned. */
void vib_free(char *text);

/*===----------------------------------------------------------------------===*\
|* Data                                                                       *|
\*===----------------------------------------------------------------------===*/

/* Examples: inputs, and perhaps targets. */
typedef struct VibData VibData;

/* Makes a data set of arrays with one row for each example. The arrays are
 * borrowed: their memory must stay as it is until vib_data_free(). Inputs are
 * read where they lie, and are never copied as a whole: "uint8" for a model
 * that scales bytes, "float32" or "float64" for others, which are converted row
 * by row. Labels are integers of any type, targets numbers of any type. A call
 * that uses them works on a copy, of 4 bytes for a label and 8 for a number.
 *
 * Shapes and inputs are checked here, and labels where they are used, because
 * the flag --first-label says which they are. `what` begins the names of the
 * arrays in messages, "test x"; null or empty: "x". */
VibStatus vib_data(const VibProgram *program, const char *what,
                   const VibArray *arrays, size_t count, VibData **data);
void vib_data_free(VibData *data);

/*===----------------------------------------------------------------------===*\
|* Weights                                                                    *|
\*===----------------------------------------------------------------------===*/

/* A safetensors file: weights of `train`, a checkpoint, or a state_dict of
 * PyTorch. */
typedef struct VibWeights VibWeights;

VibStatus vib_weights_open(const char *path, VibWeights **weights);
/* Takes a file in memory, which is copied. */
VibStatus vib_weights_parse(const void *data, size_t size,
                            VibWeights **weights);
/* The number of tensors, and one of them. Types are "float32" and "float64", or
 * those of the file for others, such as "BF16". The array lives as long as the
 * weights, and need not be aligned. */
size_t vib_weights_count(const VibWeights *weights);
VibArray vib_weights_tensor(const VibWeights *weights, size_t index);
/* The value of a key of the file's metadata, or null. */
const char *vib_weights_metadata(const VibWeights *weights, const char *key);
void vib_weights_free(VibWeights *weights);

/*===----------------------------------------------------------------------===*\
|* Training                                                                   *|
\*===----------------------------------------------------------------------===*/

/* What a training leaves. */
typedef struct VibRun VibRun;

/* What a training is given. All but `train` may be null. */
typedef struct VibTraining {
  const VibData *train;
  const VibData *test;       /* null: nothing is evaluated after an epoch    */
  const VibData *validation; /* or with the flag --validation, a part of     */
                             /* `train`                                      */
  const VibWeights *init;    /* or with the flag --init, a file              */
} VibTraining;

/* Trains with the flags of `train`. Without --out nothing is written, and the
 * files of the run are in memory. `*run` is set if training has begun, also if
 * the result is VIB_DIVERGED or VIB_STOPPED; otherwise it is null. */
VibStatus vib_train(const VibProgram *program, const VibTraining *training,
                    VibFlags flags, VibCallback callback, void *user,
                    VibRun **run);

/* The number of updates, those of a resumed run included. */
uint64_t vib_run_steps(const VibRun *run);
/* The updates at the end of the best epoch, whose weights best.safetensors has;
 * 0 if no epoch counts, or there were no validation data. */
uint64_t vib_run_best_step(const VibRun *run);
/* Why the weights of a run that is done are useless, or "" if they are not. */
const char *vib_run_divergence(const VibRun *run);
/* A file of a run without --out: "model.safetensors", "checkpoint.safetensors",
 * "best.safetensors" or "metrics.jsonl". It lives as long as the run. Null if
 * there is none. */
const void *vib_run_file(const VibRun *run, const char *name, size_t *size);
void vib_run_free(VibRun *run);

/*===----------------------------------------------------------------------===*\
|* Evaluation and prediction                                                  *|
\*===----------------------------------------------------------------------===*/

/* What an evaluation is given. The last two may be null. */
typedef struct VibEvaluation {
  const VibData *data;
  const VibWeights *weights;
  const VibData *ood;        /* outliers, as with --ood; targets are not used */
  const VibWeights *against; /* other weights, as with --against              */
} VibEvaluation;

/* The object of `eval --json`, with the flags of `eval`. To be freed by
 * vib_free(). */
VibStatus vib_evaluate(const VibProgram *program,
                       const VibEvaluation *evaluation, VibFlags flags,
                       VibCallback callback, void *user, char **json);

/* Numbers that a call has computed. */
typedef struct VibResult VibResult;

/* The array of a result, which lives as long as it: "float32" or "float64". */
VibArray vib_result_array(const VibResult *result);
void vib_result_free(VibResult *result);

/* Predicts with the flags of `predict`: --what=probs|logits|mu|sigma|
 * covariance|cholesky|z|rate|rate_each|entropy, --samples, …. Targets of the
 * data are not looked at. */
VibStatus vib_predict(const VibProgram *program, const VibData *data,
                      const VibWeights *weights, VibFlags flags,
                      VibCallback callback, void *user, VibResult **result);

/* Predicts from latents, with the flags of `decode`: an array [N, latents] of
 * "float32" or "float64" for each posterior, by its name. */
VibStatus vib_decode(const VibProgram *program, const VibArray *latents,
                     size_t count, const VibWeights *weights, VibFlags flags,
                     VibCallback callback, void *user, VibResult **result);

/* The loss of one batch, all rows of `data`, and its gradient by each
 * parameter, in training after `step` updates, whose number the noise depends
 * on. The flags are --seed, --beta, --coefficient, --first-label and --threads
 * of `train`; coefficients have these values without their schedules. Only for
 * libraries of --emit=shared and objects of --gradients. The gradients have the
 * names and shapes of the weights. */
VibStatus vib_gradients(const VibProgram *program, const VibData *data,
                        const VibWeights *weights, uint64_t step,
                        VibFlags flags, double *loss, VibWeights **gradients);

#ifdef __cplusplus
}
#endif

#endif /* VIB_RUNTIME_VIB_H */
