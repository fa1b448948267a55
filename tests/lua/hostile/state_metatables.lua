-- A state with metatables that never return.
-- when: live
-- expect-payload: "calls":20

local function never() while true do end end
local mt = { __index = never, __pairs = never, __len = never, __newindex = never, __eq = never }
local calls = 0

function process(frame, state)
  calls = calls + 1
  if calls == 1 then
    state.inner = setmetatable({ 1, 2, 3 }, mt)
    setmetatable(state, mt)
  end
  return { calls = calls }
end
