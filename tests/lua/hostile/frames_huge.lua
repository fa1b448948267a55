-- Images of 16384x16384 without end.
-- when: live
-- expect-log: MiB; a script has at most

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do frame.new(16384, 16384) end
  end
end
