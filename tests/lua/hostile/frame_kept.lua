-- A frame that is kept and used later.
-- when: live
-- expect-log: frame used after process returned

local kept, calls = nil, 0

function process(frame)
  calls = calls + 1
  if calls == 3 then kept:fill("red") end
  kept = frame
end
