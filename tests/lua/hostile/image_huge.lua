-- A PNG of 65535x65535 pixels, its header says.
-- when: live
-- expect-log: 65535x65535 pixels; at most 16384

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    image("huge.png")
  end
end
