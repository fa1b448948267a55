-- Images of 512x512, held without end.
-- when: live
-- expect-log: not enough memory|stopped after|MiB; a script has at most

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local held = {}
    while true do held[#held + 1] = frame.new(512, 512) end
  end
end
