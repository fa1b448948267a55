-- Coroutines are made and left behind without end.
-- when: live
-- expect-log: stopped after

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    while true do
      local co = coroutine.create(function() coroutine.yield() end)
      coroutine.resume(co)
    end
  end
end
