# The browser tests in groups: the files of a group share one Chromium, and the group takes both cores
# (tests/browser/run.js). A new file belongs to the group of its name.

function(mr_browser_test name timeout)
  add_test(NAME browser.${name} COMMAND node tests/browser/run.js ${ARGN}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(browser.${name} PROPERTIES TIMEOUT ${timeout} PROCESSORS 2
    ENVIRONMENT "MOONREEL_BINARY=$<TARGET_FILE:moonreel>;TEST_ARTIFACTS=${CMAKE_BINARY_DIR}/artifacts")
  mr_ring(browser.${name} browser)
endfunction()

get_property(others DIRECTORY PROPERTY TESTS)
file(GLOB topics RELATIVE ${CMAKE_CURRENT_LIST_DIR} CONFIGURE_DEPENDS
     ${CMAKE_CURRENT_LIST_DIR}/*.test.js)
foreach(topic ${topics})
  string(REPLACE ".test.js" "" topic ${topic})
  if(topic STREQUAL smoke)
    set(group smoke)
  elseif(topic MATCHES "^studio_")
    set(group studio)
  elseif(topic MATCHES "^(viewer|viewer_.*|embed|slow|restart)$")
    set(group viewer)
  else()
    set(group protocols)
  endif()
  list(APPEND browser_${group} ${topic})
endforeach()
# The time-outs end what hangs; a busy machine does not reach them.
mr_browser_test(smoke 300 ${browser_smoke})
mr_browser_test(protocols 900 ${browser_protocols})
mr_browser_test(viewer 900 ${browser_viewer})
mr_browser_test(studio 900 ${browser_studio})
set_tests_properties(browser.protocols browser.viewer browser.studio PROPERTIES DEPENDS "${others}")

# What takes its time, or has to look at the clock: TEST_NIGHT has the files do the long form.
mr_browser_test(night 2400 ${browser_viewer} ${browser_studio})
set_tests_properties(browser.night PROPERTIES LABELS "browser;night" RUN_SERIAL ON)
set_property(TEST browser.night APPEND PROPERTY ENVIRONMENT TEST_NIGHT=yes)
