-- Broadcasts of functions, to clients that never were.
-- when: live
-- expect-log: is a function

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    broadcast(1, math.maxinteger)
    broadcast(print)
  end
end
