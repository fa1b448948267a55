-- Settings with metatables that never return.
-- when: trial
-- expect-log: stopped after

local function never() while true do end end
local mt = { __index = never, __pairs = never, __len = never }
settings = setmetatable({ a = setmetatable({ print }, mt) }, mt)

function process() end
