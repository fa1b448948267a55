-- A string that doubles without end.
-- when: live
-- expect-log: not enough memory|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local s = "x"
    while true do s = s .. s end
  end
end
