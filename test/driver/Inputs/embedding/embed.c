/* Trains a model by descending the gradients that the library gives, as a program
 * with an optimizer of its own would, and then by the model's own, as the library's
 * header shows. */
#include "libmodel.h"
#include <Vib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float *tensor(const VibCall *call, const char *name) {
  for (uint32_t i = 0; i < vib_model.num_tensors; ++i)
    if (strcmp(vib_model.tensors[i].name, name) == 0)
      return (float *)((char *)call->arena + vib_model.tensors[i].offset);
  fprintf(stderr, "no tensor %s\n", name);
  exit(1);
}

static void *allocate(size_t bytes) {
  bytes = (bytes + 63) & ~(size_t)63;
  return memset(aligned_alloc(64, bytes), 0, bytes);
}

int main(void) {
  VibCall call = {0};
  call.weights = allocate(vib_model.block_bytes);
  call.gradients = allocate(vib_model.block_bytes);
  call.arena = allocate(vib_model.arena_bytes);
  call.pool = vib_pool_create(2);
  call.step.rows = (int32_t)vib_model.batch;
  call.step.total_rows = vib_model.batch;
  call.step.coefficients[0] = vib_model.coefficients[0].value;
  printf("%s has %u parameters\n", vib_model.name, vib_model.num_parameters);

  float *x = tensor(&call, "x");
  int32_t *y = (int32_t *)tensor(&call, "y");
  for (int row = 0; row < 4; ++row) {
    y[row] = row % 2;
    for (int column = 0; column < 6; ++column)
      x[row * 6 + column] = row % 2 ? 1.0f : -1.0f;
  }
  float *weights = call.weights, *gradients = call.gradients;
  size_t count = vib_model.block_bytes / sizeof(float);
  for (uint32_t p = 0; p < vib_model.num_parameters; ++p) {
    const VibParameter *parameter = &vib_model.parameters[p];
    size_t size = 1;
    for (uint32_t i = 0; i < parameter->rank; ++i)
      size *= (size_t)parameter->shape[i];
    float *plain = allocate(size * sizeof(float));
    for (size_t i = 0; i < size; ++i)
      plain[i] = (float)(i % 7) / 7 - 0.4f;
    vib_write_parameter(parameter, weights, plain);
    free(plain);
  }

  void *start = memcpy(allocate(vib_model.block_bytes), weights,
                       vib_model.block_bytes);
  float first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    call.step.step = (uint64_t)step;
    vib_model.gradients(&call);
    for (size_t i = 0; i < count; ++i)
      weights[i] -= 0.2f * gradients[i];
    last = tensor(&call, "nll")[0];
    if (step == 0)
      first = last;
  }
  puts(last < 0.5f * first ? "the loss falls" : "the loss does not fall");

  memcpy(weights, start, vib_model.block_bytes);
  call.moment1 = allocate(vib_model.block_bytes);
  call.moment2 = allocate(vib_model.block_bytes);
  call.average = allocate(vib_model.block_bytes);
  for (uint64_t step = 0; step < 200; ++step) {
    vib_make_step(&vib_model, step, 1, &call.step);
    vib_model.train_step(&call);
    last = tensor(&call, "nll")[0];
    if (step == 0)
      first = last;
  }
  vib_pool_destroy(call.pool);
  puts(last < 0.5f * first ? "train_step's falls" : "train_step's does not fall");

  VibProgram *program;
  if (vib_open_model(&vib_model, &program) != VIB_DONE)
    return puts(vib_message());
  printf("libvib opens %s\n", vib_program_model(program)->name);
  vib_close(program);
  return 0;
}
