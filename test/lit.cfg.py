# The lit tests. A test is a `.mlir` or `.test` file with RUN lines; see
# CONTRIBUTING.md for where each kind belongs.
import os
import shutil
import subprocess

import lit.formats

# VIB_HIDE_CUDA=1 hides a CUDA Toolkit, for what a machine without one does.
hides_cuda = os.environ.get("VIB_HIDE_CUDA", "0") not in ("", "0")
config.name = "vib-no-toolkit" if hides_cuda else "vib"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".mlir", ".test"]
# Inputs of tests, C++ tests and their helpers.
config.excludes = ["Inputs", "corpus", "tools", "unit"]
config.test_source_root = os.path.dirname(__file__)


def without_toolkit(folder, number):
    """A folder of PATH without the programs of the CUDA Toolkit."""
    programs = ("ptxas", "nvcc")
    if not any(os.path.exists(os.path.join(folder, name)) for name in programs):
        return folder
    rest = os.path.join(config.test_exec_root, "no-toolkit", str(number))
    os.makedirs(rest, exist_ok=True)
    for name in os.listdir(folder):
        link = os.path.join(rest, name)
        if name not in programs and not os.path.lexists(link):
            os.symlink(os.path.join(folder, name), link)
    return rest


search = os.environ.get("PATH", "/usr/bin:/bin").split(os.pathsep)
if hides_cuda:
    search = [without_toolkit(folder, i) for i, folder in enumerate(search)]
    # Files that are no library hide one that the loader would find.
    nothing = os.path.join(config.test_exec_root, "no-toolkit", "lib")
    os.makedirs(nothing, exist_ok=True)
    for version in ("12", "13"):
        open(os.path.join(nothing, f"libnvJitLink.so.{version}"), "w").close()
    config.environment["LD_LIBRARY_PATH"] = nothing
    config.environment["CUDA_HOME"] = nothing
path = [
    config.vib_tools,
    os.path.join(config.vib_source, "test", "tools"),
    config.llvm_tools,
    *search,
]
config.environment["PATH"] = os.pathsep.join(path)
# A variable of FileCheck that crosses a CHECK-LABEL by accident is an error.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input-filter=all"
config.environment["LC_ALL"] = "C.UTF-8"
for name in ("TMPDIR", "VIB_MNIST", "SUDO_USER"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# %models: the models that several tests share; %examples: those of the user.
config.substitutions += [
    ("%examples", os.path.join(config.vib_source, "examples")),
    ("%models", os.path.join(config.vib_source, "test", "executed", "Inputs")),
    ("%source", config.vib_source),
    ("%build", config.vib_build),
    ("%python", config.python),
    ("%cmake", config.cmake),
    ("%cxx", config.cxx),
    ("%llvm", config.llvm_tools),
]


def runs(*command):
    """Whether a command is there and succeeds."""
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return True
    except (OSError, subprocess.SubprocessError):
        return False


def feature(name, present):
    if present:
        config.available_features.add(name)


# VIB_MNIST names a folder with MNIST's four IDX files. Nothing downloads them.
mnist = os.environ.get("VIB_MNIST", "")
feature("mnist", os.path.isdir(mnist))
fashion = "/usr/share/datasets/fashion-mnist"
feature("fashion-mnist", os.path.isdir(fashion))
config.substitutions += [("%mnist", mnist), ("%fashion", fashion)]

# Programs for a GPU run on the stand-in for its driver (test/cuda-driver), or, with
# VIB_GPU=1, on the GPU of this machine.
driver = os.path.join(config.vib_build, "test", "cuda-driver", "lib")
stands_in = os.environ.get("VIB_GPU", "0") in ("", "0")
feature("cuda-driver", not stands_in or os.path.exists(f"{driver}/libcuda.so.1"))
feature("cuda-stand-in", stands_in)
config.substitutions.append(
    ("%cuda", f"env LD_LIBRARY_PATH={driver}" if stands_in else "env")
)

feature("python3-numpy", runs(config.python, "-c", "import numpy"))
feature("python3-safetensors", runs(config.python, "-c", "import safetensors.numpy"))
feature("python3-onnxruntime", runs(config.python, "-c", "import onnx, onnxruntime"))
for package in ("torch", "jax", "matplotlib", "mypy"):
    feature(f"python3-{package}", runs(config.python, "-c", f"import {package}"))
feature("python3-tensorboardx", runs(config.python, "-c", "import tensorboardX"))
# The assembler of the CUDA Toolkit, where vibc looks for it.
if not hides_cuda:
    config.environment["CUDA_HOME"] = os.environ.get("CUDA_HOME", "/usr/local/cuda")
ptxas = shutil.which("ptxas", path=config.environment["PATH"]) or os.path.join(
    config.environment["CUDA_HOME"], "bin", "ptxas"
)
feature("ptxas", runs(ptxas, "--version"))
config.substitutions += [("%ptxas", ptxas)]
# A compiler that makes PTX. By default clang makes the version of PTX that the
# machine's CUDA Toolkit knows, and a very old one where there is none.
clang = shutil.which("clang++", path=config.llvm_tools) or config.cxx
nvptx = [
    *(clang, "--target=nvptx64-nvidia-cuda", "--cuda-path=/nonexistent"),
    *("--cuda-feature=+ptx78", "-nogpulib", "-S"),
]
feature("clang-nvptx", runs(*nvptx, "-xc++", "/dev/null", "-o", "/dev/null"))
config.substitutions.append(("%nvptx", " ".join(nvptx)))
# The compilers that users' programs are built with.
for name, program in (("clang", "clang-22"), ("gcc", "gcc")):
    feature(name, runs(program, "-fsyntax-only", "-xc++", "/dev/null"))
    config.substitutions.append(("%" + name, program))
feature("libfuzzer", os.path.exists(os.path.join(config.vib_tools, "fuzz-model")))
feature("root", os.geteuid() == 0)
feature("static-llvm", config.static_llvm)
# A test that takes minutes and 14 GB of memory.
feature("many-rows", os.environ.get("VIB_MANY_ROWS", "0") not in ("", "0"))
feature("two-cpus", len(os.sched_getaffinity(0)) >= 2)

try:
    with open("/proc/cpuinfo") as cpuinfo:
        flags = next((l for l in cpuinfo if l.startswith("flags")), "").split()
except OSError:
    flags = []
for flag in ("avx2", "avx512f"):
    feature(flag, flag in flags)

# Builds of the runtime under sanitizers, where tools/check has made them:
# %asan and %tsan are their folders.
for sanitizer in ("asan", "tsan"):
    build = lit_config.params.get(sanitizer, "")
    feature(sanitizer, os.path.isdir(build))
    config.substitutions.append(("%" + sanitizer, build))
