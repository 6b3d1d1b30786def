# Asks the completion functions as readline would: complete.sh FUNCTIONS PROGRAM.
. "$1"
program=$2
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
ask apart _vibc vibc --emit fu
ask whole _vibc vibc --emit=fu
ask cpus _vibc vibc --cpu = ""
ask precisions _vibc vibc --precision ""
ask targets _vibc vibc --target = c
ask architectures _vibc vibc --arch sm_1
ask forms _vibc vibc --explain =
ask folder _vibc vibc --save-temps sub
ask model _vibc vibc mod
ask output _vibc vibc -o mod

ask commands _vib_program "$program" ""
ask command _vib_program "$program" pre
ask train _vib_program "$program" train --e
ask eval _vib_program "$program" train --eval ""
ask eval= _vib_program "$program" train --eval = b
ask use _vib_program "$program" eval --use a
ask what _vib_program "$program" predict --what = ""
ask what=l _vib_program "$program" predict --what=l
ask data _vib_program "$program" train --data ""
ask weights _vib_program "$program" eval --weights mod
ask weights= _vib_program "$program" eval --weights = mod
ask weights=mod _vib_program "$program" eval --weights=mod
ask number _vib_program "$program" train --epochs ""
ask after _vib_program "$program" eval --json --we
