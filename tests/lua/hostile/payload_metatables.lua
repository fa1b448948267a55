-- A payload with metatables that never return.
-- when: live
-- expect-payload: {"a":1,"list":[1,2]}

local function never() while true do end end
local mt = { __index = never, __pairs = never, __len = never, __tostring = never, __name = 5 }

function process()
  return setmetatable({ a = 1, list = setmetatable({ 1, 2 }, mt) }, mt)
end
