-- Escape sequences and zeros in the log.
-- when: live
-- expect-log: escaped

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    log.error("escaped\27[2J\27]0;title\7\0\xff\u{9b}2J\n00:00:00.000 error forged")
  end
end
