//===- KernelParser.cpp - Parse a kernel ----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Registers and labels are scoped by braces, as the inline assembly in C++
// kernels needs. A variable in shared memory gets an address that is a multiple
// of its declared alignment, and of no larger power of two.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/KernelParser.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

using namespace vib::cuda;

namespace {

/// The gap between variables, so that an access one byte too far is detected.
constexpr uint64_t variableGap = 64;

/// The start of dynamic shared memory, beyond all variables of fixed size.
constexpr uint64_t dynamicSharedBase = 0x40000;

/// The most bytes that a kernel may have in variables of fixed size.
constexpr uint32_t maxStaticShared = 48 << 10;

/// The lowest address from `from` on that is a multiple of `align` but not of
/// twice that.
uint64_t placeExactly(uint64_t from, uint64_t align) {
  uint64_t address = (from + align - 1) / align * align;
  return address / align % 2 ? address : address + align;
}

} // namespace

KernelParser::KernelParser(TokenStream &stream, Kernel &kernel,
                           const ModuleVariables &variables)
    : TokenReader(stream), kernel(kernel), builder(kernel),
      variables(variables) {
  for (const GlobalVariable &variable : variables.globals)
    builder.symbols[variable.name] = variable.address;
}

bool KernelParser::run() {
  if (accept('('))
    parseParameters();
  parseTuning();
  if (accept(';'))
    return false;
  useShared(stream.position);
  parseBody();
  if (kernel.staticSharedBytes > maxStaticShared)
    error(fmt::format("'{}' uses too much shared data: {} bytes", kernel.name,
                      kernel.staticSharedBytes));
  // Append an exit, because a kernel need not end with one.
  Instruction end;
  end.kind = Kind::Exit;
  end.line = peek().line;
  kernel.code.push_back(end);
  return true;
}

void KernelParser::parseParameters() {
  while (!accept(')')) {
    if (!accept(".param"))
      unexpected();
    Declaration declaration;
    uint32_t pointeeAlign = 1;
    while (peek().kind == Token::Word && peek().text[0] == '.') {
      std::string word = expectWord().substr(1);
      if (word == "align")
        declaration.align = expectNumber();
      else if (std::optional<Type> type = typeOf(word))
        declaration.type = *type;
      else if (word == "ptr") {
        // The space is checked when the pointer is used.
        for (std::string_view space : {".global", ".shared", ".const"})
          accept(space);
        if (accept(".align"))
          pointeeAlign = expectNumber();
        if (pointeeAlign == 0 || (pointeeAlign & (pointeeAlign - 1)))
          error(fmt::format("an alignment of {}", pointeeAlign));
      } else
        error(fmt::format("unknown directive '.{}'", word));
    }
    declaration.name = expectWord();
    if (accept('[')) {
      declaration.count = expectNumber();
      expect(']');
    }
    uint32_t align = std::max(declaration.align, sizeOf(declaration.type));
    uint32_t offset = (kernel.parameterBytes + align - 1) / align * align;
    uint32_t size = declaration.bytes();
    if (pointeeAlign > 1 && size != sizeof(uint64_t))
      error(fmt::format("'{}' is no pointer", declaration.name));
    kernel.parameters.push_back({declaration.name, offset, size, pointeeAlign});
    kernel.parameterBytes = offset + size;
    builder.symbols[declaration.name] = offset;
    if (!peek().is(')'))
      expect(',');
  }
}

void KernelParser::parseTuning() {
  while (peek().kind == Token::Word) {
    std::string word = expectWord();
    if (word == ".pragma") {
      next();
      expect(';');
      continue;
    }
    if (word == ".noreturn")
      continue;
    if (word != ".maxntid" && word != ".reqntid" && word != ".minnctapersm" &&
        word != ".maxnctapersm" && word != ".maxnreg")
      error(fmt::format("unknown directive '{}'", word));
    std::array<uint32_t, 3> numbers = {1, 1, 1};
    size_t count = 0;
    do
      numbers[std::min<size_t>(count++, 2)] = expectNumber();
    while (accept(','));
    if (word == ".maxntid")
      kernel.maxThreads = numbers[0] * numbers[1] * numbers[2];
    if (word == ".reqntid")
      kernel.requiredThreads = numbers;
  }
}

void KernelParser::useShared(size_t begin) {
  std::unordered_set<std::string_view> words;
  int depth = 0;
  for (size_t i = begin; i != stream.tokens.size(); ++i) {
    if (stream.tokens[i].kind == Token::Word)
      words.insert(stream.tokens[i].text);
    depth += stream.tokens[i].is('{') - stream.tokens[i].is('}');
    if (depth == 0)
      break;
  }
  for (const Declaration &declaration : variables.shared)
    if (words.count(declaration.name))
      placeShared(declaration);

  uint32_t align = 1;
  for (const Declaration &declaration : variables.dynamicShared) {
    if (words.count(declaration.name)) {
      align = std::max(align, declaration.align);
      kernel.usesDynamicShared = true;
    }
  }
  kernel.dynamicShared = placeExactly(dynamicSharedBase, align);
  for (const Declaration &declaration : variables.dynamicShared)
    builder.symbols[declaration.name] = kernel.dynamicShared;
}

void KernelParser::placeShared(const Declaration &declaration) {
  Variable variable = {
      declaration.name, declaration.align, declaration.bytes(),
      placeExactly(sharedEnd + variableGap, declaration.align)};
  sharedEnd = variable.address + variable.size;
  if (sharedEnd >= dynamicSharedBase)
    error("too much shared memory");
  uint32_t offset = (kernel.staticSharedBytes + variable.align - 1) /
                    variable.align * variable.align;
  kernel.staticSharedBytes = offset + variable.size;
  builder.symbols[variable.name] = variable.address;
  kernel.shared.push_back(std::move(variable));
}

void KernelParser::parseBody() {
  expect('{');
  openScope();
  while (!scopes.empty()) {
    if (accept('{'))
      openScope();
    else if (accept('}'))
      closeScope();
    else if (peek().kind == Token::Word && peek(1).is(':')) {
      std::string name = expectWord();
      next();
      if (accept(".branchtargets"))
        parseBranchTargets(name);
      else
        scopes.back().labels[name] = kernel.code.size();
    } else if (peek().kind == Token::Word && peek().text[0] == '.')
      parseDirective();
    else if (!accept(';'))
      parseInstruction();
  }
}

void KernelParser::openScope() {
  scopes.push_back(
      {{}, {}, {}, builder.openBranches.size(), builder.openTables.size()});
}

void KernelParser::closeScope() {
  Scope &scope = scopes.back();
  auto &branches = builder.openBranches;
  auto isResolved = [&](const std::pair<size_t, std::string> &branch) {
    auto label = scope.labels.find(branch.second);
    if (label == scope.labels.end())
      return false;
    kernel.code[branch.first].target = label->second;
    return true;
  };
  branches.erase(std::remove_if(branches.begin() + scope.firstBranch,
                                branches.end(), isResolved),
                 branches.end());
  auto &tables = builder.openTables;
  for (size_t i = scope.firstTable; i != tables.size(); ++i) {
    auto table = scope.tables.find(tables[i].second);
    if (table == scope.tables.end())
      error(fmt::format("unknown table '{}'", tables[i].second));
    for (const std::string &label : table->second) {
      auto target = scope.labels.find(label);
      if (target == scope.labels.end())
        error(fmt::format("unknown label '{}'", label));
      kernel.tables[tables[i].first].push_back(target->second);
    }
  }
  tables.resize(scope.firstTable);
  scopes.pop_back();
  if (scopes.empty() && !branches.empty())
    throw PtxError(kernel.code[branches[0].first].line,
                   fmt::format("unknown label '{}'", branches[0].second));
}

void KernelParser::parseDirective() {
  if (accept(".reg")) {
    parseRegisters();
  } else if (accept(".shared")) {
    placeShared(parseDeclaration());
    expect(';');
  } else if (accept(".local")) {
    Declaration declaration = parseDeclaration();
    Variable variable = {
        declaration.name, declaration.align, declaration.bytes(),
        placeExactly(kernel.localBytes + variableGap, declaration.align)};
    kernel.localBytes = variable.address + variable.size;
    builder.symbols[variable.name] = variable.address;
    kernel.local.push_back(std::move(variable));
    expect(';');
  } else if (accept(".pragma")) {
    next();
    expect(';');
  } else if (accept(".loc")) {
    skipLocation();
  } else {
    error(fmt::format("unknown directive '{}'", peek().text));
  }
}

void KernelParser::parseRegisters() {
  std::string word = expectWord();
  std::optional<Type> type = typeOf(word.substr(1));
  if (!type)
    error(fmt::format("unknown type '{}'", word));
  do {
    std::string name = expectWord();
    if (!accept('<')) {
      scopes.back().registers[name] = {builder.allocate(*type), *type};
      continue;
    }
    uint64_t count = expectNumber();
    expect('>');
    for (uint64_t i = 0; i != count; ++i)
      scopes.back().registers[name + std::to_string(i)] = {
          builder.allocate(*type), *type};
  } while (accept(','));
  expect(';');
}

void KernelParser::parseBranchTargets(const std::string &name) {
  do
    scopes.back().tables[name].push_back(expectWord());
  while (accept(','));
  expect(';');
}

void KernelParser::skipLocation() {
  for (int i = 0; i != 3; ++i)
    expectNumber();
  while (accept(',')) {
    if (expectWord() == "function_name") {
      expectWord();
      if (accept('+'))
        expectNumber();
    } else {
      for (int i = 0; i != 3; ++i)
        expectNumber();
    }
  }
}

void KernelParser::parseInstruction() {
  Statement statement;
  if (accept('@')) {
    bool negated = accept('!');
    statement.guard = parseOperand();
    if (statement.guard->kind != Operand::Reg ||
        statement.guard->reg.type != Type::Pred)
      error("the guard is no predicate");
    statement.guard->negated = negated;
  }
  statement.line = peek().line;
  std::string word = expectWord();
  size_t begin = 0;
  for (size_t dot; begin <= word.size(); begin = dot + 1) {
    dot = std::min(word.find('.', begin), word.size());
    std::string part = word.substr(begin, dot - begin);
    if (begin == 0)
      statement.opcode = std::move(part);
    else
      statement.modifiers.push_back(std::move(part));
  }
  if (!isOpcode(statement.opcode))
    throw PtxError(statement.line,
                   fmt::format("unknown opcode '{}'", statement.opcode));
  if (!peek().is(';')) {
    do
      statement.operands.push_back(parseOperand());
    while (accept(','));
  }
  expect(';');
  Decoder(builder, statement).decode();
}

Operand KernelParser::parseOperand() {
  Operand operand;
  if (accept('!')) {
    operand = parseOperand();
    operand.negated = true;
    return operand;
  }
  if (accept('[')) {
    operand = parseAddress();
    expect(']');
    return operand;
  }
  if (accept('{')) {
    operand.kind = Operand::Vector;
    do
      operand.elements.push_back(parseOperand());
    while (accept(','));
    expect('}');
    return operand;
  }
  bool negative = accept('-');
  if (peek().kind != Token::Word)
    unexpected();
  char first = peek().text[0];
  if (negative || (first >= '0' && first <= '9'))
    return parseNumber(next(), negative);
  std::string name = expectWord();
  if (name == "_") {
    operand.kind = Operand::Sink;
  } else if (const Register *reg = findRegister(name)) {
    operand.kind = Operand::Reg;
    operand.reg = *reg;
  } else {
    operand.kind = Operand::Symbol;
    operand.name = name;
    if (accept('+'))
      operand.bits = expectNumber();
  }
  if (accept('|'))
    operand.second.push_back(parseOperand());
  return operand;
}

Operand KernelParser::parseAddress() {
  Operand address;
  address.kind = Operand::Address;
  Operand base = parseOperand();
  if (base.kind == Operand::Symbol) {
    address.bits = base.bits;
    base.bits = 0;
  }
  address.elements.push_back(std::move(base));
  while (peek().is('+') || peek().is('-')) {
    bool negative = next().is('-');
    negative ^= accept('-');
    uint64_t offset = expectNumber();
    address.bits += negative ? -offset : offset;
  }
  return address;
}

const Register *KernelParser::findRegister(const std::string &name) const {
  for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
    auto found = scope->registers.find(name);
    if (found != scope->registers.end())
      return &found->second;
  }
  return nullptr;
}
