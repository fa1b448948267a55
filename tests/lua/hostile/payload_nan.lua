-- A payload with NaN.
-- when: live
-- expect-log: is NaN

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    return { speed = 0 / 0 }
  end
end
