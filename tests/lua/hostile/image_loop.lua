-- Images that are not there, by the thousand.
-- when: live
-- expect-log: process.lua:

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for i = 1, 2000 do pcall(image, "absent" .. i .. ".png") end
    image("absent.png")
  end
end
