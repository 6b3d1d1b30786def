# What the Python package holds beside its modules: the compiler, libvib, and what vibc
# links with a model. `pip install .` (pyproject.toml) installs this component, and a plain
# `cmake --install` does not.
install(TARGETS vibc RUNTIME DESTINATION bin COMPONENT python EXCLUDE_FROM_ALL)
install(TARGETS vib LIBRARY DESTINATION lib COMPONENT python EXCLUDE_FROM_ALL)
install(TARGETS vib_runtime ARCHIVE DESTINATION lib COMPONENT python
        EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_BINARY_DIR}/lib/libvib_runtime.link DESTINATION lib
        COMPONENT python EXCLUDE_FROM_ALL)
