-- An error with escape sequences, line breaks, zeros and no UTF-8.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    error("\27[2J\r\n00:00:00.000 error forged\0\xff\xfe\u{9b}2J")
  end
end
