-- An endless loop in process, once it is live.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do end
  end
end
