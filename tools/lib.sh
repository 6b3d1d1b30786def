# shellcheck shell=bash disable=SC2034
# Shared by tools/demo and tools/check, which source this file: installing
# packages and building. They set `steps` to their number of steps, and add the
# packages that only they need to `packages`.
#
# apt is called only if a package is missing, and the build is incremental.

set -euo pipefail
export LC_ALL=C.UTF-8

tool=tools/${0##*/}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# The packages that the build needs. clang-22 compiles vibc and, with lld, links
# the programs that vibc compiles. The last line is for the tests.
packages=(cmake ninja-build clang-22 lld-22 libstdc++-12-dev
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools
  libcli11-dev libfmt-dev nlohmann-json3-dev libprotozero-dev zlib1g-dev libzstd-dev
  libgtest-dev python3)

# begin_step prints the number of a step, and end_step the time that it took.
step=${VIB_STEPS_DONE:-0}
duration() {
  if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}
end_step() {
  [ -z "${began:-}" ] || printf '   step %s took %s\n' "$step" "$(duration $((SECONDS - began)))" >&2
  began=
}
begin_step() {
  end_step
  step=$((step + 1)) began=$SECONDS
  say "$step/$steps  $*"
}

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
[ -t 2 ] || say() { printf '== %s\n' "$*" >&2; }
die() {
  printf '%s: error: %s\n' "$tool" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

missing_packages() {
  local package
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# Prints those of its arguments that apt does not know.
without_candidate() {
  local package
  for package in "$@"; do
    [[ "$(apt-cache policy "$package" 2>/dev/null)" =~ "Candidate: "[^\(] ]] ||
      echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" >&2
}

install_packages() {
  # After leave_sudo the packages have already been installed by root.
  [ "$step" -eq 0 ] || return 0
  begin_step "Looking for missing packages"
  command -v dpkg-query >/dev/null ||
    die "this is not Debian: install these packages or their equivalents, then build with CMake" \
      "${packages[*]}"
  local missing none
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0

  local by_hand="apt-get install ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "packages are missing, and installing them takes root (there is no sudo). As root:" "$by_hand"
    sudo -n true 2>/dev/null || [ -t 0 ] ||
      die "packages are missing, and sudo asks for a password. As root:" "$by_hand"
  fi

  echo "   apt will install: ${missing[*]}" >&2
  # A bare system has no lists of packages. It may also lack the source of
  # security updates, from which Debian 12 gets MLIR 22.
  mapfile -t none < <(without_candidate "${missing[@]}")
  if [ ${#none[@]} -gt 0 ]; then
    apt_get update || true
    mapfile -t none < <(without_candidate "${missing[@]}")
  fi
  if [ ${#none[@]} -gt 0 ] && grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    local list=/etc/apt/sources.list.d/vib-bookworm-security.list
    printf '   %s\n' "apt has no ${none[*]}," "so the source $list is added" >&2
    as_root tee $list >/dev/null <<<\
"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian-security bookworm-security main"
    apt_get update || true
    mapfile -t none < <(without_candidate "${missing[@]}")
  fi
  [ ${#none[@]} -eq 0 ] ||
    die "apt has no package ${none[*]}" \
      "vib needs Debian 12 with bookworm-security, and a network connection to install it."

  apt_get install -y --no-install-recommends "${missing[@]}" ||
    # The lists may name versions that the mirror no longer has.
    { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } ||
    die "apt could not install the missing packages (see above). When the cause is fixed:" "$by_hand"
  # docs/installing.md says how to remove the packages of this list.
  mkdir -p build
  printf '%s\n' "${missing[@]}" >>build/apt-packages.txt
}

# If the tool runs through sudo, everything except apt runs as the owner of the
# source, so that the owner also owns the build.
leave_sudo() {
  [ "$(id -u)" -eq 0 ] && [ "${SUDO_UID:-0}" -ne 0 ] &&
    [ "$(stat -c %u "$root")" = "$SUDO_UID" ] || return 0
  local home
  home=$(getent passwd "$SUDO_UID" | cut -d: -f6)
  # An earlier run as root may have created it.
  [ ! -d build ] || chown -R "$SUDO_UID:$SUDO_GID" build
  exec env -u SUDO_UID -u SUDO_GID -u SUDO_COMMAND HOME="$home" VIB_STEPS_DONE="$step" \
    runuser -u "$SUDO_USER" -- "$root/$tool" "$@"
}

# Prints the number of parallel jobs: one per processor, but at most one per
# 1.5 GiB of free memory, because MLIR's headers are large.
jobs() {
  local cpus memory
  cpus=$(nproc)
  memory=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo 2>/dev/null || true)
  [ -n "$memory" ] || memory=$cpus
  [ "$memory" -ge 1 ] || memory=1
  echo $((cpus < memory ? cpus : memory))
}

# build PRESET TARGET...: a step that configures build/PRESET, unless that has
# been done, and builds the targets.
build() {
  local preset=$1 tree=build/$1
  shift
  begin_step "Building $* in $tree"
  mkdir -p "$tree" 2>/dev/null && [ -w "$tree" ] ||
    die "cannot write to $root/$tree (as $(id -un))"
  if [ -f "$tree/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$tree/CMakeCache.txt"; then
    echo "   $tree belongs to another source folder and is rebuilt" >&2
    rm -rf "$tree"
  fi
  # Again if the presets have changed, because the cache keeps the old values.
  if [ ! -f "$tree/build.ninja" ] || ! cmp -s CMakePresets.json "$tree/presets.json"; then
    cmake --preset "$preset" >&2 || die "CMake could not configure $tree (see above)"
    cp CMakePresets.json "$tree/presets.json"
  fi
  cmake --build "$tree" -j "$(jobs)" --target "$@" >&2 ||
    die "the build failed (see above)"
}
