-- Broadcasts of 64 KiB without end.
-- when: live
-- expect-log: broadcast: more than

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    local text = ("x"):rep(65000)
    while true do broadcast(text) end
  end
end
