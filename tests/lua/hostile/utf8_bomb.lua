-- utf8.char and string.char of a million arguments.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    utf8.char(table.unpack({}, 1, 1000000))
  end
end
