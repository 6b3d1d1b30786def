#!/usr/bin/env python3
"""Counts the tests in lit's xUnit reports.

Prints which tests were skipped and what would make them run, which ones failed,
and as its last line "N passed, N failed, N skipped". Exits 1 if a test failed or
none ran.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

# What to do so that a skipped test runs, by the feature of test/lit.cfg.py that it requires.
ADVICE = {
    "asan": "run tools/check, which builds the runtime under sanitizers",
    "avx2": "it needs a processor with AVX2",
    "avx512f": "it needs a processor with AVX-512",
    "clang": "install clang-22",
    "clang-nvptx": "install clang-22",
    "cuda-driver": "build the target vib_cuda_driver",
    "cuda-stand-in": "run it without VIB_GPU=1",
    "fashion-mnist": "install dataset-fashion-mnist",
    "gcc": "install g++",
    "libfuzzer": "install libclang-rt-22-dev, and configure anew",
    "many-rows": "set VIB_MANY_ROWS=1; it takes minutes and much memory",
    "mnist": "set VIB_MNIST to a folder with MNIST's IDX files",
    "ptxas": "install the CUDA Toolkit, or name it by CUDA_HOME",
    "python3-jax": "install the Python package jax",
    "python3-matplotlib": "install the Python package matplotlib",
    "python3-mypy": "install the Python package mypy",
    "python3-numpy": "install the Python package numpy",
    "python3-onnxruntime": "install the Python packages onnx and onnxruntime",
    "python3-safetensors": "install the Python packages safetensors and numpy",
    "python3-tensorboardx": "install the Python package tensorboardX",
    "python3-torch": "install the Python package torch",
    "root": "run it as root",
    "static-llvm": "build with clang and VIB_STATIC_LLVM=ON",
    "tsan": "run tools/check, which builds the runtime under sanitizers",
    "two-cpus": "it needs two processors",
}
# What lit says of a GoogleTest case that skipped itself, and of a test that
# Ctrl-C kept from running.
INTERRUPT = "User interrupt"


def own_reason(suite, case):
    """Why a GoogleTest case skips itself, from its source; None if it cannot."""
    head = re.compile(rf"^TEST(?:_F|_P)?\({suite},\s*{case}\) {{$(.*?)^}}", re.M | re.S)
    for source in pathlib.Path(__file__).parents[1].rglob("*.cpp"):
        test = head.search(source.read_text())
        skip = test and re.search(r'GTEST_SKIP\(\) << "(.*?)"', test.group(1))
        if skip:
            return skip.group(1)
    return None


def reason(case):
    """Why a test was skipped, with what would make it run."""
    message = case.find("skipped").get("message") or "skipped"
    if message == INTERRUPT:
        # lit names a case Program/Suite/Name.
        suite = case.get("classname").rpartition("/")[2]
        own = own_reason(suite, case.get("name"))
        return own or "the run was interrupted before it; run it again"
    features = message.rpartition(":")[2].replace(",", " ").split()
    advice = [ADVICE[name] for name in features if name in ADVICE]
    return f"{message} ({'; '.join(advice)})" if advice else message


def main(reports):
    passed, failed, skipped = 0, [], []
    for report in reports:
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            # lit names the suite of a test in `classname`: suite.folder
            name = f"{case.get('classname')}/{case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None:
                skipped.append(f"{name}: {reason(case)}")
            else:
                passed += 1
    for name in skipped:
        print("SKIP", name)
    for name in failed:
        print("FAIL", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: tally.py REPORT.xml...")
    sys.exit(main(sys.argv[1:]))
