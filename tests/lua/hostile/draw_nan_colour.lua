-- NaN and nonsense for colours.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    assert(not pcall(frame.fill, frame, { 0 / 0, 1e308, -1 }))
    frame:fill("no such colour")
  end
end
