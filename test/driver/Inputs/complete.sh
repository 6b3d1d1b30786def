# Asks the completion functions as readline would.
. "$1"
ask() {
  local title=$1 function=$2
  shift 2
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  $function "$1" 2>/dev/null
  echo "$title: ${COMPREPLY[*]}"
}
ask flags _vibc vibc --
ask phases _vibc vibc --emit =
ask begun _vibc vibc --emit = fu
ask commands _vib_program toynet ""
