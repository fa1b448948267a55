# The three rings of tests. A ring is a label of ctest and a build target:
#   quick   `scripts/test quick`: at most three minutes; the target ring_quick builds what it runs
#   (none)  `scripts/test` adds these tests
#   night   `scripts/test night` adds these tests, which take long or bring the machine to its limits
# The label `clock` marks tests that no other may run beside. The label `sanitized` marks C programs that `scripts/test` runs under the sanitizers as well: those of the quick ring, and
# some that have to do with memory or with sockets. `c` marks all C programs, which `scripts/test night` runs under the
# sanitizers, and `threads` those in which more than one thread runs, which the thread sanitizer is for. The targets
# ring_sanitized and ring_threads build what `scripts/test` runs under the sanitizers.

set(NIGHT "^browser\\.night$|^build\\.reproducible$|^integration\\.(hostile_.*|kill|fail_closed|storm|half_open|http_viewers|slowhttptest)$|^unit\\.script\\.hostile$")

# These compare times, and mostly wait: `scripts/test` runs them beside each other, and nothing else beside them.
set(CLOCK "^integration\\.(door|slow|crowd|fanout|lag)$")

# Units that take longer than the whole quick ring should wait for.
set(LONG "^build\\.|^unit\\.media\\.(matrix|colours|inputs|damage|jpeg_planes|network|source|source_live|source_trouble|sizes)$|^unit\\.script\\.(confine_scripts|kernel_property|pending_frames|proposal|reload|runner_wait)$|^unit\\.stream\\.(idle|lost|passthrough|skipping|stream_record)$|^alloc\\.")

set(QUICK_INTEGRATION "^integration\\.(access|behind_proxy|engineio|framing|framing_text|limits|reload|socketio|socketio_leave|stop|websocket)$")

# Under the sanitizers besides the quick ones.
set(SANITIZED "^alloc\\.|^integration\\.(door|roles|listen)$")

# Units of media and script in which more than one thread runs. All of base, stream, http, app and the whole program
# count as such, too; not those in which allocations fail, which are about memory.
set(THREADS "^unit\\.(base|stream|http|app)\\.|^integration\\.|^unit\\.media\\.(picture|pending|source_live|source_trouble)$|^unit\\.script\\.(events|inbox|log_ring|process|proposal|reload|runner|runner_wait|settings_change|timers)$")

# Not under the thread sanitizer: what a hostile script does is a matter of Lua and of memory, and GStreamer's server is not
# ours.
set(NO_THREADS "^integration\\.(hostile_[123]|hostile_off|rtsp)$")

# These take long, so they begin first: at the end of a step nobody waits for one of them alone.
set(FIRST "^alloc\\.|^unit\\.media\\.matrix$|^unit\\.script\\.(hostile|reload|runner|timers|proposal)$|^integration\\.(websocket|config|colours|recording|rtsp|script_tests|headless)$")

foreach(ring quick sanitized threads)
  add_custom_target(ring_${ring})
  add_dependencies(ring_${ring} moonreel)
endforeach()

# Set the labels of a test: those given, and its ring.
function(mr_ring name)
  set(labels ${ARGN})
  if(name MATCHES "${NIGHT}")
    list(APPEND labels night)
  elseif(NOT name MATCHES "${LONG}|${CLOCK}" AND (NOT name MATCHES "^(integration|browser)\\."
         OR name MATCHES "${QUICK_INTEGRATION}" OR name STREQUAL "browser.smoke"))
    list(APPEND labels quick)
  endif()
  if(name MATCHES "hostile") # these wait for deadlines: two at a time
    set_tests_properties(${name} PROPERTIES PROCESSORS 2)
  elseif(name MATCHES "${NIGHT}")
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  elseif(name MATCHES "${CLOCK}")
    list(APPEND labels clock)
  endif()
  if(name MATCHES "${FIRST}")
    set_tests_properties(${name} PROPERTIES COST 100)
  endif()
  if("c" IN_LIST labels AND ("quick" IN_LIST labels OR name MATCHES "${SANITIZED}"))
    list(APPEND labels sanitized)
  endif()
  if(name MATCHES "${THREADS}" AND NOT name MATCHES "${NO_THREADS}" AND "c" IN_LIST labels)
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
  endif()
  if("sanitized" IN_LIST labels)
    add_dependencies(ring_sanitized ${target})
  endif()
  if("sanitized" IN_LIST labels AND "threads" IN_LIST labels)
    add_dependencies(ring_threads ${target})
  endif()
endfunction()
