-- Another error in every frame.
-- when: live
-- expect-log: process.lua:

local calls = 0

function process(frame)
  calls = calls + 1
  if calls > 2 then error(("x"):rep(calls)) end
end
