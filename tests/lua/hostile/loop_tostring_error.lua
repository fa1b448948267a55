-- An error whose __tostring never returns.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    error(setmetatable({}, { __tostring = function() while true do end end }))
  end
end
