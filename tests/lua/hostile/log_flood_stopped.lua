-- Lines for the log without end.
-- when: live
-- expect-log: lines of the script left out
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do print("x") end
  end
end
