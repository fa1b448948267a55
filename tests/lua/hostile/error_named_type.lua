-- An error whose __name is 10 MB.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local _ = nil + setmetatable({}, { __name = ("x"):rep(10000000) })
  end
end
