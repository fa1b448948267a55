-- A string of a gigabyte.
-- when: live
-- expect-log: not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    string.rep("x", 1 << 30)
  end
end
