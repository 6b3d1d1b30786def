# vib_text_literal(OUTPUT INPUT): writes the text file INPUT as a C++ string literal to
# OUTPUT, which a source file includes. The build runs this file as a script with
# -DINPUT= and -DOUTPUT= to do so.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} text)
  file(WRITE ${OUTPUT} "R\"vibtext(${text})vibtext\"\n")
  return()
endif()

include_guard()
set(VIB_TEXT_LITERAL ${CMAKE_CURRENT_LIST_FILE})

function(vib_text_literal OUTPUT INPUT)
  add_custom_command(OUTPUT ${OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${INPUT} -DOUTPUT=${OUTPUT} -P ${VIB_TEXT_LITERAL}
    DEPENDS ${INPUT} ${VIB_TEXT_LITERAL}
    VERBATIM)
endfunction()
