-- load with a reader that never ends.
-- when: live
-- expect-log: stopped after|not enough memory

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    load(function() return "x = 1 " end)
  end
end
