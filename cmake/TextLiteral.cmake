# Writes a text file as a C++ string literal: -DINPUT= -DOUTPUT=
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "R\"vibtext(${text})vibtext\"\n")
