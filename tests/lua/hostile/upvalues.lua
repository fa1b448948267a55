-- load with an environment of one's own, and upvalues shared without debug.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local env = setmetatable({}, { __index = _G, __newindex = function(_, k, v) rawset(_G, k, v) end })
    load("process = 5", "=own", "t", env)()
    assert(debug == nil and string.dump == nil)
    error("done")
  end
end
