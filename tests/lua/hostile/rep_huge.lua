-- A string of a terabyte.
-- when: live
-- expect-log: resulting string too large|not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    string.rep("x", 1 << 40)
  end
end
