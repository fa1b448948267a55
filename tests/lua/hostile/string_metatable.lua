-- The metatable of strings is replaced and emptied.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local mt = getmetatable("")
    if type(mt) == "table" then
      mt.__index, mt.__add = nil, function() while true do end end
    end
    error("done" .. ("x"):rep(3))
  end
end
