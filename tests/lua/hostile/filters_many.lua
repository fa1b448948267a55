-- Filters held without end.
-- when: live
-- expect-log: filters|stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local held = {}
    while true do held[#held + 1] = filter("gblur=sigma=4") end
  end
end
