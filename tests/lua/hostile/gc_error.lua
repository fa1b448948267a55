-- Errors in __gc: of all kinds.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for _, value in ipairs({ "text", {}, print, 5 }) do
      setmetatable({}, { __gc = function() error(value) end })
    end
    collectgarbage()
    error("and in process")
  end
end
