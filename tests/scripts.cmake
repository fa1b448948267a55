# Tests that are not C programs: rooms, shell scripts, Lua scripts, browser.

function(mr_other_test name label timeout)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout}
                       ENVIRONMENT "MOONREEL=$<TARGET_FILE:moonreel>;${TEST_ENVIRONMENT}")
  mr_ring(${name} ${label})
endfunction()

mr_other_test(source.rooms source 120 sh tests/structure/check.sh . ${CMAKE_BINARY_DIR})
mr_other_test(source.rooms.planted source 120 sh tests/structure/planted.sh . ${CMAKE_BINARY_DIR})
mr_other_test(source.documents source 30 sh tests/structure/doc_paths.sh .)
# Their deadline is for scripts that hang: a busy machine may hold up a call for seconds.
set(PATIENT --deadline 30000)
mr_other_test(script.smoke.dummy script 120 sh scripts/smoke lua/dummy.lua ${PATIENT})
mr_other_test(script.smoke.process script 120 sh scripts/smoke lua/process.lua ${PATIENT})
file(GLOB examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lua/examples/*.lua)
foreach(example ${examples})
  get_filename_component(name ${example} NAME_WE)
  mr_other_test(script.smoke.${name} script 120 sh scripts/smoke ${example} ${PATIENT})
endforeach()

mr_other_test(build.install build 120 sh tests/build/install.sh ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
mr_other_test(build.reproducible build 900 sh tests/build/reproducible.sh ${CMAKE_SOURCE_DIR})

# lua/NAME_test.lua -> script.test.NAME
mr_other_test(script.docs script 120 sh tests/docs_example.sh)
file(GLOB script_tests CONFIGURE_DEPENDS lua/*_test.lua)
foreach(file ${script_tests})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX REPLACE "_test$" "" name ${name})
  mr_other_test(script.test.${name} script 120 $<TARGET_FILE:moonreel> --test ${file} ${PATIENT})
endforeach()

include(browser/browser.cmake)
