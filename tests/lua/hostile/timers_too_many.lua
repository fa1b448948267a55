-- More timers than may be pending.
-- when: live
-- expect-log: more than 1000 timers are pending

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    for _ = 1, 1001 do after(100, print) end
  end
end
