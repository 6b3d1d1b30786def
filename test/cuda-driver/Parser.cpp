//===- Parser.cpp - Parse PTX ---------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Parser.h"
#include "test/cuda-driver/KernelParser.h"

#include <cstdlib>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

class ModuleParser : TokenReader {
public:
  ModuleParser(TokenStream &stream, std::string_view text,
               const PlaceGlobal &place)
      : TokenReader(stream), lines(linesOf(text)), place(place) {}

  Program run();

private:
  void parseVersion();
  void parseTarget();
  void parseEntry();
  void parseVariable(std::string_view space, bool isExtern);
  void parseInitial(GlobalVariable &variable, Type type);
  void skipSection();

  std::shared_ptr<const Lines> lines;
  const PlaceGlobal &place;
  ModuleVariables variables;
  Program program;
};

Program ModuleParser::run() {
  while (peek().kind != Token::End) {
    if (accept(".version")) {
      parseVersion();
    } else if (accept(".target")) {
      parseTarget();
    } else if (accept(".address_size")) {
      if (expectNumber() != 64)
        error("only addresses of 64 bits are known");
    } else if (accept(".file")) {
      expectNumber();
      next();
      while (accept(','))
        expectNumber();
    } else if (accept(".section")) {
      skipSection();
    } else if (accept(".pragma")) {
      next();
      expect(';');
    } else {
      bool isExtern = false;
      while (peek().is(".visible") || peek().is(".weak") ||
             peek().is(".common") || peek().is(".extern"))
        isExtern |= next().is(".extern");
      if (accept(".entry"))
        parseEntry();
      else if (peek().is(".global") || peek().is(".const") ||
               peek().is(".shared"))
        parseVariable(next().text, isExtern);
      else
        unexpected();
    }
  }
  program.globals = std::move(variables.globals);
  return std::move(program);
}

void ModuleParser::parseVersion() {
  std::string version = expectWord();
  size_t dot = version.find('.');
  program.version =
      10 * std::atoi(version.c_str()) +
      (dot == version.npos ? 0 : std::atoi(version.c_str() + dot + 1));
}

void ModuleParser::parseTarget() {
  std::string target = expectWord();
  if (target.rfind("sm_", 0) != 0)
    error(fmt::format("unknown target '{}'", target));
  program.target = std::atoi(target.c_str() + 3);
  // As in `.target sm_80, debug`.
  while (accept(','))
    expectWord();
}

void ModuleParser::skipSection() {
  expectWord();
  expect('{');
  while (!accept('}')) {
    if (peek().kind == Token::End)
      unexpected();
    next();
  }
}

void ModuleParser::parseVariable(std::string_view space, bool isExtern) {
  Declaration declaration = parseDeclaration();
  if (space == ".shared") {
    (declaration.isOpen || isExtern ? variables.dynamicShared
                                    : variables.shared)
        .push_back(declaration);
    expect(';');
    return;
  }
  if (isExtern)
    error("a variable of another module");
  GlobalVariable variable;
  variable.name = declaration.name;
  variable.align = declaration.align;
  variable.size = declaration.bytes();
  if (accept('='))
    parseInitial(variable, declaration.type);
  expect(';');
  place(variable);
  variables.globals.push_back(std::move(variable));
}

void ModuleParser::parseInitial(GlobalVariable &variable, Type type) {
  unsigned size = sizeOf(type), depth = 0;
  do {
    if (accept('{')) {
      ++depth;
    } else if (accept('}')) {
      --depth;
    } else if (!accept(',')) {
      bool negative = accept('-');
      Operand value = parseNumber(next(), negative);
      for (unsigned byte = 0; byte != size; ++byte)
        variable.initial.push_back(value.bits >> (8 * byte));
    }
  } while (depth);
  if (variable.initial.size() > variable.size)
    error(fmt::format("'{}' has more values than elements", variable.name));
  variable.initial.resize(variable.size);
}

void ModuleParser::parseEntry() {
  auto kernel = std::make_unique<Kernel>();
  kernel->name = expectWord();
  kernel->lines = lines;
  if (KernelParser(stream, *kernel, variables).run())
    program.kernels.push_back(std::move(kernel));
}

} // namespace

std::shared_ptr<const Lines> vib::cuda::linesOf(std::string_view text) {
  auto lines = std::make_shared<Lines>();
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines->emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Program vib::cuda::parsePtx(std::string_view text, const PlaceGlobal &place) {
  TokenStream stream = {tokenize(text)};
  return ModuleParser(stream, text, place).run();
}
