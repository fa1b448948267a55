-- error with the frame.
-- when: live
-- expect-log: error value is a frame|frame

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    error(frame)
  end
end
