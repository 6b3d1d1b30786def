/* Calls the model of scale.kernels.mlir through its C interface. */
#include <stdio.h>
#include <string.h>
#include "scale.h"

/* Stands in for the runtime: all units at once, on this thread. */
#ifdef OWN_LAUNCH
void vib_launch(const VibCall *call, VibKernelFn kernel, int64_t units,
                int64_t nanoseconds, int64_t index) {
  (void)nanoseconds;
  printf("launch %s\n", vib_model.kernels[index].name);
  kernel(call, 0, units / 2);
  kernel(call, units / 2, units);
}
#endif

int main(void) {
  static _Alignas(64) char weights[256], arena[384];
  float *w = (float *)weights, *x = (float *)arena;
  for (int i = 0; i < 64; ++i)
    w[i] = x[i] = i;
  VibCall call = {0};
  call.weights = weights;
  call.arena = arena;
  call.step.coefficients[0] = 0.5;
  if (vib_model.magic != VIB_ABI_MAGIC || vib_model.size != sizeof(VibModel))
    return 1;
  vib_model.train_step(&call);
  printf("%s %s %lld %g %g\n", vib_model.name, vib_model.parameters[0].name,
         (long long)vib_model.batch, vib_model.average_decay,
         vib_model.rate_schedule.factor);
  printf("w[63] = %g, nll[1] = %g\n", w[63],
         ((float *)(arena + vib_model.tensors[2].offset))[1]);
  return vib_model.gradients != 0;
}
