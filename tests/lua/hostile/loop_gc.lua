-- An endless loop in __gc, where no hook runs.
-- when: live
-- expect-log: stopped after
-- off: no
-- engine: no

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    setmetatable({}, { __gc = function() while true do end end })
    collectgarbage()
  end
end
