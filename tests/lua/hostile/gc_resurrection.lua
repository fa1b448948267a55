-- Objects that come back in __gc, with coroutines in it.
-- when: live
-- expect-payload: "again":true

local count = 0

local function make()
  setmetatable({}, { __gc = function()
    count = count + 1
    coroutine.wrap(function() coroutine.yield(("x"):rep(1000)) end)()
    make()
  end })
end

for _ = 1, 10 do make() end

function process()
  collectgarbage()
  return { again = count > 10 }
end
