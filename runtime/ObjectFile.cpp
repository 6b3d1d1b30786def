//===- ObjectFile.cpp - Loading a compiled object -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An object is a few sections, a table of symbols, and relocations: places in a
// section that get the address of a symbol. The sections are copied to one
// piece of memory, code first, so that all of them are within reach of a
// relative address. What the object calls elsewhere, vib_launch above all, may
// be farther away. Such a call goes to a stub behind the code, which jumps to
// an absolute address. Then the code becomes executable, and is no longer
// writable.
//
// vibc emits three types of relocations for x86-64: absolute addresses of 64
// bits in data, and relative ones of 32 bits in code.
//
//===----------------------------------------------------------------------===//

#include "runtime/ObjectFile.h"
#include "runtime/Abi.h"
#include "runtime/Array.h"
#include "runtime/Error.h"
#include "runtime/File.h"

#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

namespace vib::runtime {

namespace {

/// jmp *0(%rip), and the address behind it.
constexpr uint8_t stubCode[] = {0xff, 0x25, 0, 0, 0, 0};
constexpr size_t stubBytes = 16;

size_t roundUp(size_t value, size_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// Loads one file. The parts of it are read by copies, because they need not be
/// aligned, and every access is checked.
class Loader {
public:
  explicit Loader(const std::string &path)
      : path(path), bytes(readFile(path)), header(read<Elf64_Ehdr>(0)) {
    bool isOurs = memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
                  header.e_ident[EI_CLASS] == ELFCLASS64 &&
                  header.e_ident[EI_DATA] == ELFDATA2LSB &&
                  header.e_type == ET_REL && header.e_machine == EM_X86_64;
    if (!isOurs)
      fail("{}: not an object for x86-64 that vibc has made", path);
    if (header.e_shentsize != sizeof(Elf64_Shdr))
      failDamaged();
    for (size_t i = 0; i < header.e_shnum; ++i)
      sections.push_back(
          read<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr)));
    readSymbols();
    layOut();
    if (memoryBytes() == 0)
      failDamaged();
  }

  size_t memoryBytes() const { return dataBegin + dataBytes; }

  /// Copies the sections to zeroed memory, and applies the relocations.
  void fill(char *newBase) {
    base = newBase;
    for (size_t i = 0; i < sections.size(); ++i)
      if (isLoaded(i) && sections[i].sh_type != SHT_NOBITS &&
          sections[i].sh_size > 0)
        memcpy(base + places[i], at(sections[i].sh_offset, sections[i].sh_size),
               sections[i].sh_size);
    for (size_t i = 0; i < sections.size(); ++i)
      if (sections[i].sh_type == SHT_RELA && isLoaded(sections[i].sh_info))
        relocate(sections[i]);
  }

  /// Makes the code executable.
  void protect() const {
    if (dataBegin > 0 &&
        ::mprotect(base, dataBegin, PROT_READ | PROT_EXEC) != 0)
      fail("{}: the system does not let its code be executed: {}", path,
           std::strerror(errno));
  }

  std::unordered_map<std::string, const void *> exports() const {
    std::unordered_map<std::string, const void *> found;
    for (size_t i = 0; i < symbols.size(); ++i)
      if (ELF64_ST_BIND(symbols[i].st_info) == STB_GLOBAL &&
          isLoaded(symbols[i].st_shndx))
        found[nameOf(symbols[i])] = base + offsetOf(symbols[i]);
    return found;
  }

private:
  [[noreturn]] void failDamaged() const {
    fail("{}: the object is damaged: compile the model again", path);
  }

  const uint8_t *at(uint64_t offset, uint64_t size) const {
    if (offset > bytes.size() || size > bytes.size() - offset)
      failDamaged();
    return bytes.data() + offset;
  }

  template <typename T> T read(uint64_t offset) const {
    T value;
    memcpy(&value, at(offset, sizeof(T)), sizeof(T));
    return value;
  }

  /// Whether a section is a part of the running program.
  bool isLoaded(size_t section) const {
    return section < sections.size() &&
           (sections[section].sh_flags & SHF_ALLOC) != 0;
  }
  bool isCode(size_t section) const {
    return (sections[section].sh_flags & SHF_EXECINSTR) != 0;
  }

  void readSymbols() {
    for (const Elf64_Shdr &section : sections) {
      if (section.sh_type != SHT_SYMTAB)
        continue;
      if (section.sh_link >= sections.size())
        failDamaged();
      names = sections[section.sh_link];
      at(section.sh_offset, section.sh_size);
      for (uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Sym); ++i)
        symbols.push_back(
            read<Elf64_Sym>(section.sh_offset + i * sizeof(Elf64_Sym)));
    }
    stubs.resize(symbols.size());
  }

  std::string nameOf(const Elf64_Sym &symbol) const {
    auto *text =
        reinterpret_cast<const char *>(at(names.sh_offset, names.sh_size));
    if (symbol.st_name >= names.sh_size)
      failDamaged();
    return {text + symbol.st_name,
            strnlen(text + symbol.st_name, names.sh_size - symbol.st_name)};
  }

  /// Places the code, a stub for each symbol from elsewhere, and from the next
  /// page on the data.
  void layOut() {
    constexpr uint64_t largest = uint64_t(1) << 30;
    size_t page = size_t(::sysconf(_SC_PAGESIZE));
    places.resize(sections.size());
    auto place = [&](bool code) {
      size_t end = 0;
      for (size_t i = 0; i < sections.size(); ++i) {
        if (!isLoaded(i) || isCode(i) != code)
          continue;
        uint64_t alignment = std::max<uint64_t>(1, sections[i].sh_addralign);
        if (alignment > page || sections[i].sh_size > largest || end > largest)
          failDamaged();
        end = roundUp(end, alignment);
        places[i] = end;
        end += sections[i].sh_size;
      }
      return end;
    };
    size_t code = roundUp(place(true), stubBytes);
    for (size_t i = 1; i < symbols.size(); ++i)
      if (symbols[i].st_shndx == SHN_UNDEF) {
        stubs[i] = code;
        code += stubBytes;
      }
    dataBegin = roundUp(code, page);
    dataBytes = place(false);
    for (size_t i = 0; i < sections.size(); ++i)
      if (isLoaded(i) && !isCode(i))
        places[i] += dataBegin;
  }

  size_t offsetOf(const Elf64_Sym &symbol) const {
    const Elf64_Shdr &section = sections[symbol.st_shndx];
    if (symbol.st_value > section.sh_size)
      failDamaged();
    return places[symbol.st_shndx] + symbol.st_value;
  }

  /// The address of a symbol that the object does not define.
  const void *findOutside(const std::string &name) const {
    if (name == "vib_launch")
      return reinterpret_cast<const void *>(&vib_launch);
    if (const void *found = ::dlsym(RTLD_DEFAULT, name.c_str()))
      return found;
    fail("{}: the object needs {}, which the process does not have", path,
         printable(name, 80));
  }

  /// The address of a symbol. In code, it is within reach.
  char *addressOf(size_t index, bool inCode) {
    if (index >= symbols.size())
      failDamaged();
    const Elf64_Sym &symbol = symbols[index];
    if (isLoaded(symbol.st_shndx))
      return base + offsetOf(symbol);
    if (symbol.st_shndx != SHN_UNDEF || stubs[index] == 0)
      failDamaged();
    const void *target = findOutside(nameOf(symbol));
    if (!inCode)
      return static_cast<char *>(const_cast<void *>(target));
    char *stub = base + stubs[index];
    memcpy(stub, stubCode, sizeof stubCode);
    memcpy(stub + sizeof stubCode, &target, sizeof target);
    return stub;
  }

  void relocate(const Elf64_Shdr &section) {
    uint64_t size = sections[section.sh_info].sh_size;
    at(section.sh_offset, section.sh_size);
    for (uint64_t i = 0; i < section.sh_size / sizeof(Elf64_Rela); ++i) {
      auto its = read<Elf64_Rela>(section.sh_offset + i * sizeof(Elf64_Rela));
      uint32_t type = ELF64_R_TYPE(its.r_info);
      bool isAbsolute = type == R_X86_64_64;
      if (!isAbsolute && type != R_X86_64_PC32 && type != R_X86_64_PLT32)
        fail("{}: the object has a relocation of the type {}, which only a "
             "linker knows: use vibc --emit=shared",
             path, type);
      uint64_t width = isAbsolute ? 8 : 4;
      if (its.r_offset > size || width > size - its.r_offset)
        failDamaged();
      char *place = base + places[section.sh_info] + its.r_offset;
      auto value = reinterpret_cast<uint64_t>(
                       addressOf(ELF64_R_SYM(its.r_info), !isAbsolute)) +
                   uint64_t(its.r_addend);
      if (isAbsolute) {
        memcpy(place, &value, sizeof value);
        continue;
      }
      auto distance = int64_t(value - reinterpret_cast<uint64_t>(place));
      auto near = int32_t(distance);
      if (near != distance)
        failDamaged();
      memcpy(place, &near, sizeof near);
    }
  }

  const std::string &path;
  const Bytes bytes;
  const Elf64_Ehdr header;
  std::vector<Elf64_Shdr> sections;
  std::vector<Elf64_Sym> symbols;
  Elf64_Shdr names = {};
  std::vector<size_t> places; ///< Of the sections, in the memory.
  std::vector<size_t> stubs;  ///< Of the symbols from elsewhere, or 0.
  size_t dataBegin = 0, dataBytes = 0;
  char *base = nullptr;
};

} // namespace

bool ObjectFile::isObject(const std::string &path) {
  Elf64_Ehdr header = {};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char *>(&header), sizeof header);
  return file && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_type == ET_REL;
}

ObjectFile::ObjectFile(const std::string &path) {
  Loader loader(path);
  size_t bytes = loader.memoryBytes();
  void *mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED)
    fail("{}: no memory for an object of {}", path, formatBytes(bytes));
  try {
    loader.fill(static_cast<char *>(mapped));
    loader.protect();
    symbols = loader.exports();
  } catch (...) {
    ::munmap(mapped, bytes);
    throw;
  }
  memory = mapped;
  size = bytes;
}

ObjectFile::~ObjectFile() { ::munmap(memory, size); }

const void *ObjectFile::find(const std::string &name) const {
  auto found = symbols.find(name);
  return found == symbols.end() ? nullptr : found->second;
}

} // namespace vib::runtime
