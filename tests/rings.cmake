# The three rings of tests. A ring is a label of ctest and a build target:
#   quick   `scripts/test quick`: at most three minutes; the target ring_quick builds what it runs
#   (none)  `scripts/test` adds these tests
#   night   `scripts/test night` adds these tests, which take long or bring the machine to its limits
# The label `c` marks C programs, which the sanitizers are for, and `threads` marks C programs in which more than one
# thread runs, which the thread sanitizer is for. ring_threads builds the quick ones of these.

set(NIGHT "^browser\\.night$|^integration\\.(rtsp|hostile_.*|kill|fail_closed|fanout|storm|half_open|http_viewers|slowhttptest|recording)$|^unit\\.script\\.hostile$")

# Units that take longer than the whole quick ring should wait for.
set(LONG "^unit\\.media\\.(matrix|colours|inputs|damage|jpeg_planes|network|source|source_live|source_trouble|sizes)$|^unit\\.script\\.(confine_scripts|kernel_property|pending_frames|proposal|reload|runner_wait)$|^unit\\.stream\\.(idle|lost|passthrough|skipping|stream_record)$|^alloc\\.")

# Not `stop` and `websocket`: they expect the end within two seconds, which a sanitizer on a busy machine does not reach.
set(QUICK_INTEGRATION "^integration\\.(access|behind_proxy|engineio|framing|framing_text|limits|reload|socketio|socketio_leave)$")

# Units of media and script in which more than one thread runs. All of base, stream, http, app and the whole program
# count as such, too.
set(THREADS "^unit\\.(base|stream|http|app)\\.|^alloc\\.|^integration\\.|^unit\\.media\\.(picture|pending|source_live|source_trouble)$|^unit\\.script\\.(events|inbox|log_ring|process|proposal|reload|runner|runner_wait|settings_change|timers)$")

add_custom_target(ring_quick)
add_custom_target(ring_threads)
add_dependencies(ring_quick moonreel)
add_dependencies(ring_threads moonreel)

# Set the labels of a test: those given, and its ring.
function(mr_ring name)
  set(labels ${ARGN})
  if(name MATCHES "${NIGHT}")
    list(APPEND labels night)
    # These measure a whole machine under load, so nothing else may run beside them.
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  elseif(NOT name MATCHES "${LONG}" AND (NOT name MATCHES "^(integration|browser)\\."
         OR name MATCHES "${QUICK_INTEGRATION}" OR name STREQUAL "browser.smoke"))
    list(APPEND labels quick)
  endif()
  if(name MATCHES "${THREADS}" AND "c" IN_LIST labels)
    list(APPEND labels threads)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}")
endfunction()

# The same for a C program, which is built for its ring.
function(mr_c_ring name target)
  mr_ring(${name} c)
  get_property(labels TEST ${name} PROPERTY LABELS)
  if("quick" IN_LIST labels)
    add_dependencies(ring_quick ${target})
    if("threads" IN_LIST labels)
      add_dependencies(ring_threads ${target})
    endif()
  endif()
endfunction()
