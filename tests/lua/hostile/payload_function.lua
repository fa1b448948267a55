-- A payload with a function.
-- when: live
-- expect-log: is a function

local calls, fresh = 0, false

function init(state)
  fresh, state.tried = not state.tried, true
end

function process(frame)
  calls = calls + 1
  if fresh and calls == 3 then
    return { call = print }
  end
end
