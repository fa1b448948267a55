-- An endless loop in __index, met while options are read.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    frame:text("x", 1, 1, setmetatable({}, { __index = function() while true do end end }))
    local _ = setmetatable({}, { __index = function() while true do end end }).x
  end
end
