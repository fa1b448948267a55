-- An image file that is none.
-- when: live
-- expect-log: neither PNG nor JPEG

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    image("none.png")
  end
end
