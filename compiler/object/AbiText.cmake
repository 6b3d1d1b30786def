# Writes the text of runtime/Abi.h as a C++ string literal: -DABI= -DOUTPUT=
file(READ ${ABI} text)
file(WRITE ${OUTPUT} "R\"vibabi(${text})vibabi\"\n")
