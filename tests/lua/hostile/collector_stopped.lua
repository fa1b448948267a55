-- The collector is stopped and tuned to nonsense.
-- when: live
-- expect-payload: "collected":true

local calls = 0

function process()
  calls = calls + 1
  collectgarbage("stop")
  collectgarbage("incremental", 1000, 1000, 60)
  collectgarbage("generational", 100, 100)
  collectgarbage("stop")
  for i = 1, 20 do local _ = ("x"):rep(100000) .. i end
  return { collected = calls > 10 }
end
